import { Problem } from '@gatehouse/contract';
import { type Database } from '@gatehouse/platform';

import { commitmentTo, type Opening } from '../ledger/commitment.js';
import { type Ledger } from '../ledger/ledger.js';
import { type LedgerReceipts, type Receipt } from '../ledger/ledger-receipts.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import { shownFields } from './shown-fields.js';
import { type VerificationQueries } from './verification-queries.js';
import { openingOf, type VerificationSealer } from './verification-sealer.js';

/** That this very identity is what the provider gave, and when it was written down. */
export interface IdentityReceipt extends Receipt {
  readonly opening: Opening;
}

export interface IdentityReceiptParts {
  readonly database: Database;
  readonly queries: VerificationQueries;
  readonly sealer: VerificationSealer;
  readonly receipts: LedgerReceipts;
  readonly ledger: Ledger;
}

/** Receipts that open: the ledger holds a commitment, and whoever may see the person gets what it is to. */
export class IdentityReceipts {
  constructor(private readonly parts: IdentityReceiptParts) {}

  /** The view is in the ledger. Throws Problem `not_found`, `erased`, `conflict`. */
  async of(scope: TenantScope, id: string): Promise<IdentityReceipt> {
    const { database, queries, sealer, receipts, ledger } = this.parts;
    const stored = await sealer.openIdentity(await queries.row(scope, id));
    const opening = stored === null ? null : openingOf(stored);
    if (stored === null || opening === null) {
      throw new Problem('not_found', 'The ledger holds no commitment to an identity of this verification.');
    }
    const receipt = await receipts.of(scope, id, 'identity');
    // The identity has changed since it was read here, or the one that is stored was exchanged past the gateway.
    if (!receipt.entry.includes(commitmentTo(opening))) {
      throw new Problem('conflict', 'What is stored is not what the ledger is committed to; ask again.');
    }
    await ledger.append(database.within(scope), {
      kind: 'identity.viewed',
      tenantId: scope.tenantId,
      environment: scope.environment,
      verificationId: id,
      version: null,
      actor: scope.actor,
      data: { fields: shownFields(stored.identity), with: 'receipt' },
    });
    return { ...receipt, opening };
  }
}
