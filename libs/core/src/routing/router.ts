import { Problem, type ProviderRegistry, type Subject } from '@gatehouse/contract';
import { type Clock } from '@gatehouse/platform';

import { type TenantVault } from '../privacy/tenant-vault.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import { type NewVerification } from '../verifications/verification.js';
import { type Capabilities } from './capabilities.js';
import { decide, type Obstacle, placeOf, type RoutingDecision } from './decide.js';
import { type ProviderHealth } from './provider-health.js';
import { type PolicyVersion } from './policy-versions.js';
import { type ConnectedProvider, type RoutingBoard } from './routing-board.js';

/** A decision that names somebody. */
export type Routed = RoutingDecision & { readonly provider: string };

/** Decides where new verifications go, from memory. */
export class Router {
  constructor(
    private readonly board: RoutingBoard,
    private readonly health: ProviderHealth,
    private readonly capabilities: Capabilities,
    private readonly providers: ProviderRegistry,
    private readonly vault: TenantVault,
    private readonly clock: Clock,
  ) {}

  /**
   * Where a new verification goes. Throws Problem `provider_not_configured`, `capability_unsupported`, `provider_unavailable` where
   * everybody who could serve it is away, and `validation_failed` for a choice that the policy does not leave to the caller.
   */
  async route(scope: TenantScope, input: NewVerification): Promise<Routed> {
    const { policy, connected } = await this.#board(scope);
    if (input.provider !== null) this.#requireChoosable(policy, input.provider);
    const decision = decide(
      policy,
      {
        country: input.subject.address?.country ?? null,
        checks: input.checks,
        documentTypes: input.documentTypes,
        reuse: input.reuse,
        metadata: input.metadata,
        choice: input.provider,
        place: await this.#place(scope, policy, input.subject),
      },
      (provider) => this.#obstacle(provider, connected, input),
    );
    const { provider } = decision;
    if (provider === null) throw this.#unservable(decision, connected, input);
    return { ...decision, provider };
  }

  /** The provider that new verifications go to unless something speaks against it. Throws Problem `provider_not_configured`. */
  async defaultProvider(scope: TenantScope): Promise<string> {
    return (await this.#board(scope)).policy.policy.provider;
  }

  async #board(
    scope: TenantScope,
  ): Promise<{ readonly policy: PolicyVersion; readonly connected: readonly ConnectedProvider[] }> {
    const { policy, connected } = await this.board.of(scope);
    if (policy !== null) return { policy, connected };
    throw new Problem(
      'provider_not_configured',
      'No provider has been chosen for this tenant and environment yet.',
    );
  }

  #requireChoosable({ policy }: PolicyVersion, choice: string): void {
    if (policy.callerMayChoose && this.providers.get(choice) !== undefined) return;
    const detail = policy.callerMayChoose
      ? 'is not a provider'
      : 'the tenant’s policy does not let callers choose';
    throw new Problem('validation_failed', 'The provider cannot be chosen.', {
      errors: [{ pointer: '/provider', detail }],
    });
  }

  /** By the contact that people are found by, so that they stand where they stood at each new attempt. */
  async #place(scope: TenantScope, { policy }: PolicyVersion, subject: Subject): Promise<number> {
    if (policy.rules.every(({ when }) => when.percent === undefined)) return 0;
    const { email, phone } = subject;
    const hash =
      email === null
        ? await this.vault.lookupHash(scope.tenantId, 'phone', phone ?? '')
        : await this.vault.lookupHash(scope.tenantId, 'email', email.toLowerCase());
    return placeOf(hash);
  }

  #obstacle(name: string, connected: readonly ConnectedProvider[], input: NewVerification): Obstacle | null {
    const connection = connected.find(({ provider }) => provider === name);
    const provider = this.providers.get(name);
    if (connection === undefined || provider === undefined) return 'not_connected';
    if (this.capabilities.refusalOf(provider, input) !== null) return 'unsupported';
    return this.health.awayUntil(connection) === null ? null : 'unhealthy';
  }

  /** Of several reasons, the one that passes by itself; else why the first provider cannot. */
  #unservable(
    { skipped }: RoutingDecision,
    connected: readonly ConnectedProvider[],
    input: NewVerification,
  ): Problem {
    const away = skipped.filter(({ why }) => why === 'unhealthy').map(({ provider }) => provider);
    if (away.length > 0) {
      const until = connected
        .filter(({ provider }) => away.includes(provider))
        .map((connection) => this.health.awayUntil(connection)?.getTime() ?? 0);
      const seconds = Math.ceil((Math.min(...until) - this.clock.now().getTime()) / 1000);
      return new Problem(
        'provider_unavailable',
        away.length === 1
          ? 'The provider has been failing, and is not asked for a while.'
          : 'All providers that could do this have been failing, and are not asked for a while.',
        { provider: away[0] ?? '', retryAfterSeconds: seconds },
      );
    }
    const [first] = skipped;
    const provider = first === undefined ? undefined : this.providers.get(first.provider);
    if (provider !== undefined && first?.why === 'unsupported') {
      const refusal = this.capabilities.refusalOf(provider, input);
      if (refusal !== null) return refusal;
    }
    return new Problem(
      'provider_not_configured',
      'The provider is not connected for this tenant and environment.',
      // A name that is no provider's is only what somebody wrote.
      provider === undefined ? {} : { provider: provider.name },
    );
  }
}
