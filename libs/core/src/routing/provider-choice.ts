import { type Capability } from '@gatehouse/contract';

import { type ConnectionOpener, type OpenConnection } from '../tenancy/connection-opener.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import { can, type Capabilities, type Capable } from './capabilities.js';
import { type Router } from './router.js';

/** A connection whose provider is known to be able to do one more thing. */
export type CapableConnection<K extends Capability> = OpenConnection & { readonly provider: Capable<K> };

/** Which of a tenant's providers is asked about people rather than about one verification. */
export class ProviderChoice {
  constructor(
    private readonly connections: ConnectionOpener,
    private readonly router: Router,
    private readonly capabilities: Capabilities,
  ) {}

  /**
   * The named provider; else the one of the policy in force, if it can; else the first connected one that can. Throws Problem
   * `provider_not_configured`, and `capability_unsupported` naming who could.
   */
  async choose<K extends Capability>(
    scope: TenantScope,
    name: string | null,
    capability: K,
    what: string,
  ): Promise<CapableConnection<K>> {
    const first = await this.connections.require(scope, name ?? (await this.router.defaultProvider(scope)));
    if (name === null && !can(first.provider, capability)) {
      const other = await this.#otherThatCan(scope, capability);
      if (other !== null) return other;
    }
    return { ...first, provider: this.capabilities.require(first.provider, capability, what) };
  }

  async #otherThatCan<K extends Capability>(
    scope: TenantScope,
    capability: K,
  ): Promise<CapableConnection<K> | null> {
    for (const name of await this.connections.connected(scope)) {
      const connection = await this.connections.open(scope, name);
      if (connection === null) continue;
      const { provider } = connection;
      if (can(provider, capability)) return { ...connection, provider };
    }
    return null;
  }
}
