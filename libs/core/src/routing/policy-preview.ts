import { type ProviderRegistry } from '@gatehouse/contract';
import { type Clock, type Database, type Statement } from '@gatehouse/platform';

import { SELECT_VERIFICATION, type VerificationRow } from '../verifications/verification.rows.js';
import { type VerificationSealer } from '../verifications/verification-sealer.js';
import { type Capabilities } from './capabilities.js';
import { decide, type Obstacle, placeOf, type RoutingDecision } from './decide.js';
import { type RoutingPolicy } from './policy.js';
import { type PolicyPlace } from './policy-versions.js';
import { type RoutingBoard } from './routing-board.js';

/** Why a policy could not have served a verification. */
export type PreviewObstacle = Exclude<Obstacle, 'unhealthy'> | 'choice_not_allowed';

/** What a policy would have made of the verifications of the last days. */
export interface Preview {
  /** The newest ones, of {@link MOST} at most; imports are not among them. */
  readonly examined: number;
  /** False: there were more than were looked at. */
  readonly isComplete: boolean;
  /** Erased: nobody knows any more what was asked. */
  readonly unreadable: number;
  /** Those that would have gone elsewhere, by where they went and would have gone. */
  readonly moves: readonly { readonly from: string; readonly to: string; readonly verifications: number }[];
  /** Those that nobody could have served, by why the first choice could not. */
  readonly unserved: readonly {
    readonly provider: string;
    readonly why: PreviewObstacle;
    readonly detail: string;
    readonly verifications: number;
  }[];
}

const MOST = 5000;
const AT_ONCE = 250;

/** Served by verifications_newest. */
const RECENT: Statement = {
  name: 'routing_preview_recent',
  isPlannedAnew: true,
  text: `SELECT recent.*, s.email_hash, s.phone_hash
           FROM (${SELECT_VERIFICATION}
                  WHERE v.tenant_id = $1 AND v.environment = $2 AND v.created_at >= $3 AND v.import_id IS NULL
                    AND ($4::timestamptz IS NULL OR (v.created_at, v.id) < ($4, $5::uuid))
                  ORDER BY v.created_at DESC, v.id DESC LIMIT $6) recent
           JOIN subjects s ON s.tenant_id = recent.tenant_id AND s.id = recent.subject_id
          ORDER BY recent.created_at DESC, recent.id DESC`,
};

type RecentRow = VerificationRow & { readonly email_hash: Buffer | null; readonly phone_hash: Buffer | null };

/** Runs a policy over what was asked lately. Whether a provider is well counts for nothing: that is another day's. */
export class PolicyPreview {
  constructor(
    private readonly database: Database,
    private readonly sealer: VerificationSealer,
    private readonly board: RoutingBoard,
    private readonly capabilities: Capabilities,
    private readonly providers: ProviderRegistry,
    private readonly clock: Clock,
  ) {}

  async of(place: PolicyPlace, policy: RoutingPolicy, days: number): Promise<Preview> {
    const connected = new Set((await this.board.of(place)).connected.map(({ provider }) => provider));
    const since = new Date(this.clock.now().getTime() - days * 24 * 60 * 60_000);
    const tally = new Tally();
    let after: RecentRow | undefined;
    for (;;) {
      const left = MOST + 1 - tally.examined;
      const rows: readonly RecentRow[] = await this.database
        .within(place)
        .query<RecentRow>(RECENT, [
          place.tenantId,
          place.environment,
          since,
          after?.created_at ?? null,
          after?.id ?? null,
          Math.min(AT_ONCE, left),
        ]);
      for (const row of rows) {
        if (tally.examined === MOST) return tally.preview(false);
        await this.#judge(row, policy, connected, tally);
      }
      after = rows.at(-1);
      if (rows.length < Math.min(AT_ONCE, left)) return tally.preview(true);
    }
  }

  async #judge(
    row: RecentRow,
    policy: RoutingPolicy,
    connected: ReadonlySet<string>,
    tally: Tally,
  ): Promise<void> {
    tally.examined += 1;
    const hash = row.email_hash ?? row.phone_hash;
    if (row.key_wrapped === null || hash === null) {
      tally.unreadable += 1;
      return;
    }
    const isChosen = row.routing_reason === 'caller_choice';
    if (isChosen && !policy.callerMayChoose) {
      tally.unserved(
        row.provider,
        'choice_not_allowed',
        'The caller named it, which the policy does not allow.',
      );
      return;
    }
    const { subject, request } = await this.sealer.open(row);
    const demands = { subject, checks: row.checks, documentTypes: row.document_types };
    const decision = decide(
      { version: 0, policy },
      {
        country: subject.address?.country ?? null,
        checks: row.checks,
        documentTypes: row.document_types,
        reuse: row.reuse,
        metadata: request.metadata,
        choice: isChosen ? row.provider : null,
        place: placeOf(hash),
      },
      (name) => {
        const provider = this.providers.get(name);
        if (provider === undefined || !connected.has(name)) return 'not_connected';
        return this.capabilities.refusalOf(provider, demands) === null ? null : 'unsupported';
      },
    );
    if (decision.provider === null) this.#unserved(decision, demands, tally);
    else tally.served(row.provider, decision.provider);
  }

  #unserved(
    { skipped }: RoutingDecision,
    demands: Parameters<Capabilities['refusalOf']>[1],
    tally: Tally,
  ): void {
    const [first] = skipped;
    const provider = this.providers.get(first?.provider ?? '');
    if (first?.why === 'unsupported' && provider !== undefined) {
      const refusal = this.capabilities.refusalOf(provider, demands);
      tally.unserved(provider.name, 'unsupported', refusal?.message ?? '');
    } else {
      tally.unserved(first?.provider ?? '', 'not_connected', 'The provider is not connected.');
    }
  }
}

class Tally {
  examined = 0;
  unreadable = 0;
  readonly #moves = new Map<string, { from: string; to: string; verifications: number }>();
  readonly #unserved = new Map<string, Preview['unserved'][number] & { verifications: number }>();

  served(from: string, to: string): void {
    if (from === to) return;
    const move = this.#moves.get(`${from} ${to}`) ?? { from, to, verifications: 0 };
    move.verifications += 1;
    this.#moves.set(`${from} ${to}`, move);
  }

  unserved(provider: string, why: PreviewObstacle, detail: string): void {
    const key = `${provider} ${why} ${detail}`;
    const known = this.#unserved.get(key) ?? { provider, why, detail, verifications: 0 };
    this.#unserved.set(key, { ...known, verifications: known.verifications + 1 });
  }

  preview(isComplete: boolean): Preview {
    const byCount = <T extends { readonly verifications: number }>(counts: Iterable<T>): T[] =>
      [...counts].sort((one, other) => other.verifications - one.verifications);
    return {
      examined: this.examined,
      isComplete,
      unreadable: this.unreadable,
      moves: byCount(this.#moves.values()),
      unserved: byCount(this.#unserved.values()),
    };
  }
}
