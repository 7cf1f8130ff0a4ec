import { BrieflyHeld, type Clock, type Database, type Statement } from '@gatehouse/platform';

import { ahead, inForce, type PolicyPlace, type PolicyVersion } from './policy-versions.js';

/** What a tenant has connected, as routing has to know it. */
export interface ConnectedProvider {
  readonly provider: string;
  readonly connectionId: string;
  /** Grows with each change of its credentials or settings. */
  readonly version: number;
  /** A replica found it failing: until then nobody should be sent there. */
  readonly openUntil: Date | null;
}

interface Board {
  /** The newest first; the first that is effective is in force. */
  readonly policies: readonly PolicyVersion[];
  readonly connected: readonly ConnectedProvider[];
}

/** A switch is seen by every replica within a second: this, and the time that one read takes. */
const FRESH_MS = 500;

/** Served by connections_provider and the primary key of connection_breakers. */
const CONNECTED: Statement = {
  name: 'routing_board_connected',
  text: `SELECT c.provider, c.id AS connection_id, c.version, b.open_until
           FROM connections c
           LEFT JOIN connection_breakers b ON b.tenant_id = c.tenant_id AND b.connection_id = c.id
          WHERE c.tenant_id = $1 AND c.environment = $2 ORDER BY c.provider`,
};

/**
 * What routing needs of a tenant, in memory: read once in {@link FRESH_MS} however many requests there are, and never used when it
 * is older. One request sees one board, so no decision mixes two versions.
 */
export class RoutingBoard {
  readonly #held = new BrieflyHeld<Board>(FRESH_MS);

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** The policy in force, or null before the first one, and what is connected. */
  async of(
    place: PolicyPlace,
  ): Promise<{ readonly policy: PolicyVersion | null; readonly connected: readonly ConnectedProvider[] }> {
    const { policies, connected } = await this.#held.get(keyOf(place), () => this.#read(place));
    const now = this.clock.now();
    const policy = policies.find(({ effectiveAt }) => effectiveAt === null || effectiveAt <= now) ?? null;
    return { policy, connected };
  }

  /** The next request reads anew: this replica itself has changed something. */
  forget(place: PolicyPlace): void {
    this.#held.forget(keyOf(place));
  }

  async #read(place: PolicyPlace): Promise<Board> {
    const [policies, connected] = await Promise.all([
      this.#policies(place),
      this.database.within(place).query<{
        provider: string;
        connection_id: string;
        version: number;
        open_until: Date | null;
      }>(CONNECTED, [place.tenantId, place.environment]),
    ]);
    return {
      policies,
      connected: connected.map((row) => ({
        provider: row.provider,
        connectionId: row.connection_id,
        version: row.version,
        openUntil: row.open_until,
      })),
    };
  }

  async #policies(place: PolicyPlace): Promise<readonly PolicyVersion[]> {
    const present = await inForce(this.database.within(place), place, this.clock.now());
    const coming = await ahead(this.database.within(place), place, present?.version ?? 0);
    return present === null ? coming : [...coming, present];
  }
}

function keyOf({ tenantId, environment }: PolicyPlace): string {
  return `${tenantId}/${environment}`;
}
