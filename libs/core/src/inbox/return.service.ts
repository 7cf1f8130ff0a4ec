import { InvalidShape, Problem, ProviderError } from '@gatehouse/contract';
import { type Clock, type Log } from '@gatehouse/platform';

import { tenantScope, type TenantScope } from '../tenancy/tenant-scope.js';
import { type SignalEffects, type VerificationApplier } from '../verifications/verification-applier.js';
import { type VerificationSealer } from '../verifications/verification-sealer.js';
import { type VerificationStarter } from '../verifications/verification-starter.js';
import { type VerificationRow } from '../verifications/verification.rows.js';
import { type Wakeup } from '../workers/wakeup.js';
import { type ReturnTokens } from './return-token.js';

/** Where a browser goes on to. The caller's own address gets the verification's id appended. */
interface Location {
  readonly url: string;
  readonly isCallers: boolean;
}

/** Browsers that come back from a provider's page. A hint: it starts a read and decides nothing. */
export class ReturnService {
  constructor(
    private readonly tokens: ReturnTokens,
    private readonly sealer: VerificationSealer,
    private readonly applier: VerificationApplier,
    private readonly starter: VerificationStarter,
    private readonly surroundings: { readonly clock: Clock; readonly log: Log },
    private readonly wakeup: Wakeup,
  ) {}

  /** `location`: where the browser goes on to; null when the caller named no place. Throws Problem `not_found`. */
  async arrive(token: string): Promise<{ verificationId: string; location: Location | null }> {
    const address = await this.tokens.read(token);
    if (address === null) throw new Problem('not_found', 'This link is not one of ours.');
    const { verificationId, connectionId } = address;
    const scope = tenantScope(address.tenantId, address.environment, 'browser');
    if (address.way === 'unshared') {
      return { verificationId, location: await this.#goOn(scope, verificationId, connectionId) };
    }
    const { row } = await this.applier.apply(
      scope,
      verificationId,
      { kind: 'return', at: this.surroundings.clock.now().toISOString(), way: address.way },
      { cause: { way: address.way }, ...sentBy(connectionId) },
    );
    this.wakeup.wake();
    return { verificationId, location: await this.#back(row, address.way) };
  }

  /** The person had nothing to share and is still there: on to the provider's page that asks for everything. */
  async #goOn(scope: TenantScope, id: string, connectionId: string | null): Promise<Location | null> {
    try {
      const action = await this.starter.goOnUnshared(scope, id, sentBy(connectionId));
      if (action?.type === 'redirect') return { url: action.url, isCallers: false };
    } catch (error) {
      // The record says what happened; the caller can get a link later. The person must not be left on an error page.
      const isOurs =
        error instanceof ProviderError || error instanceof Problem || error instanceof InvalidShape;
      if (!isOurs) throw error;
      this.surroundings.log.warn('no link for a person with nothing to share', { verificationId: id, error });
    }
    return this.#back(await this.starter.row(scope, id), 'review');
  }

  async #back(row: VerificationRow, way: 'success' | 'review'): Promise<Location | null> {
    if (row.key_wrapped === null) return null;
    const { request } = await this.sealer.open(row);
    const url = way === 'review' ? (request.reviewRedirectUrl ?? request.redirectUrl) : request.redirectUrl;
    return url === null ? null : { url, isCallers: true };
  }
}

/** An account that the verification was taken from has nothing to say of it any more, and neither has its page. */
function sentBy(connectionId: string | null): Pick<SignalEffects, 'begunAt'> {
  return connectionId === null ? {} : { begunAt: connectionId };
}
