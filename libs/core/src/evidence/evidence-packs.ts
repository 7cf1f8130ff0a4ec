import { type Clock, type Database } from '@gatehouse/platform';

import { type Erasure } from '../erasure/erasure.js';
import { type Ledger } from '../ledger/ledger.js';
import { type LedgerKeys, type PublishedKey } from '../ledger/ledger-keys.js';
import { type LedgerKind } from '../ledger/ledger-kind.js';
import { type LedgerReceipts, type ProvenEntry, type ProvenHistory } from '../ledger/ledger-receipts.js';
import { type TenantScope } from '../tenancy/tenant-scope.js';
import { type Explanation } from '../verifications/explanation.js';
import { type VerificationExplainer } from '../verifications/verification-explainer.js';
import { type VerificationQueries } from '../verifications/verification-queries.js';
import { type Verification } from '../verifications/verification.js';

/** Everything that proves what became of a verification. The persons in `verification` are for nobody who reads a pack. */
export interface EvidencePack {
  readonly madeAt: Date;
  readonly verification: Verification;
  readonly explanation: Explanation;
  readonly history: ProvenHistory;
  /** Of the history: each time that somebody was shown the person. */
  readonly views: readonly ProvenEntry[];
  readonly erasures: readonly Erasure[];
  readonly keys: readonly PublishedKey[];
}

export interface EvidencePackParts {
  readonly database: Database;
  readonly queries: VerificationQueries;
  readonly explainer: VerificationExplainer;
  readonly receipts: LedgerReceipts;
  readonly keys: LedgerKeys;
  readonly erasures: { get(tenantId: string, id: string): Promise<Erasure> };
  readonly ledger: Ledger;
}

/** In which somebody was shown personal data, as audit.personal_data_access has them. */
const VIEWS: ReadonlySet<LedgerKind> = new Set([
  'identity.viewed',
  'identity.looked_up',
  'images.listed',
  'image.viewed',
  'report.viewed',
]);

/** What an auditor takes away to check without us. */
export class EvidencePacks {
  constructor(
    private readonly parts: EvidencePackParts,
    private readonly clock: Clock,
  ) {}

  /** That it was taken is in the ledger. Throws Problem `not_found`, and `conflict` while an entry is not sealed yet. */
  async of(scope: TenantScope, id: string): Promise<EvidencePack> {
    const { database, queries, explainer, receipts, keys, ledger } = this.parts;
    const history = await receipts.history(scope, id);
    const pack: EvidencePack = {
      madeAt: this.clock.now(),
      verification: await queries.get(scope, id),
      explanation: await explainer.explain(scope, id),
      history,
      views: history.entries.filter(({ kind }) => VIEWS.has(kind)),
      erasures: await this.#erasures(scope.tenantId, history),
      keys: await keys.published(),
    };
    await ledger.append(database.within(scope), {
      kind: 'audit.exported',
      tenantId: scope.tenantId,
      environment: scope.environment,
      verificationId: id,
      version: null,
      actor: scope.actor,
      data: { what: 'evidence_pack', entries: history.entries.length },
    });
    return pack;
  }

  /** Those that the ledger names in an entry about this verification. */
  async #erasures(tenantId: string, { entries }: ProvenHistory): Promise<readonly Erasure[]> {
    const ids = entries.flatMap(({ data }) =>
      typeof data['erasureId'] === 'string' ? [data['erasureId']] : [],
    );
    return Promise.all([...new Set(ids)].map((id) => this.parts.erasures.get(tenantId, id)));
  }
}
