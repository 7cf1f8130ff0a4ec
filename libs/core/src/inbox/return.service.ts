import { Problem } from '@gatehouse/contract';
import { type Clock } from '@gatehouse/platform';

import { tenantScope } from '../tenancy/tenant-scope.js';
import { type VerificationApplier } from '../verifications/verification-applier.js';
import { type VerificationSealer } from '../verifications/verification-sealer.js';
import { type Wakeup } from '../workers/wakeup.js';
import { type ReturnTokens } from './return-token.js';

/** Browsers that come back from a provider's page. A hint: it starts a read and decides nothing. */
export class ReturnService {
  constructor(
    private readonly tokens: ReturnTokens,
    private readonly sealer: VerificationSealer,
    private readonly applier: VerificationApplier,
    private readonly clock: Clock,
    private readonly wakeup: Wakeup,
  ) {}

  /** `location`: where the caller wants its user; null when it named no place. Throws Problem `not_found`. */
  async arrive(token: string): Promise<{ verificationId: string; location: string | null }> {
    const address = await this.tokens.read(token);
    if (address === null) throw new Problem('not_found', 'This link is not one of ours.');
    const scope = tenantScope(address.tenantId, address.environment, 'browser');
    const { row } = await this.applier.apply(
      scope,
      address.verificationId,
      { kind: 'return', at: this.clock.now().toISOString(), way: address.way },
      { cause: { way: address.way } },
    );
    this.wakeup.wake();
    const location = await this.#location(row.key_wrapped === null ? null : row, address.way);
    return { verificationId: address.verificationId, location };
  }

  async #location(
    row: Parameters<VerificationSealer['open']>[0] | null,
    way: 'success' | 'review',
  ): Promise<string | null> {
    if (row === null) return null;
    const { request } = await this.sealer.open(row);
    return way === 'review' ? (request.reviewRedirectUrl ?? request.redirectUrl) : request.redirectUrl;
  }
}
