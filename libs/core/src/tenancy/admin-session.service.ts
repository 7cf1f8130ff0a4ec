import { Problem } from '@gatehouse/contract';
import {
  type Clock,
  type Database,
  type Ids,
  type Queryable,
  type RandomSource,
  randomToken,
  sha256,
  type Statement,
} from '@gatehouse/platform';

import { type Ledger } from '../ledger/ledger.js';
import { SYSTEM_TENANT_ID } from '../privacy/tenant-vault.js';
import { type AdminRole } from './admin-key.service.js';
import { type KeyUse } from './key-use.js';
import { type Principal } from './principal.js';

export type AdminPrincipal = Extract<Principal, { kind: 'admin' }>;

/** An operator who is signed in to the console. */
export interface AdminSession {
  readonly id: string;
  /** However busy it is; it ends before when it is left alone. */
  readonly expiresAt: Date;
}

/** How long a session that nothing is asked of goes on. */
const IDLE_MS = 60 * 60 * 1000;
const LONGEST_MS = 12 * 60 * 60 * 1000;
/** What is written of each use: the minute. So a request is mostly a read. */
const SEEN_EVERY_MS = 60 * 1000;

const TOKEN_BYTES = 32;
const TOKEN = /^[0-9a-hjkmnp-tv-z]{52}$/;

/*
 * A few rows for each operator and day. Those that are over go with the next sign-in; what they were is in the ledger.
 */
const FORGET: Statement = {
  name: 'admin_sessions_forget',
  text: `DELETE FROM admin_sessions WHERE expires_at < $1`,
};
const INSERT: Statement = {
  name: 'admin_sessions_insert',
  text: `INSERT INTO admin_sessions (id, admin_key_id, hash, created_at, last_seen_at, expires_at)
         SELECT $2, id, $3, $4, $4, $5 FROM admin_keys WHERE id = $1 AND revoked_at IS NULL
         RETURNING id`,
};
/** Served by admin_sessions_hash; the key by its primary key. */
const AUTHENTICATE: Statement = {
  name: 'admin_sessions_authenticate',
  text: `WITH found AS (
           SELECT s.id, s.expires_at, s.last_seen_at, k.id AS key_id, k.role
             FROM admin_sessions s JOIN admin_keys k ON k.id = s.admin_key_id
            WHERE s.hash = $1 AND s.ended_at IS NULL AND s.expires_at > $2 AND s.last_seen_at > $3
              AND k.revoked_at IS NULL),
         seen AS (
           UPDATE admin_sessions s SET last_seen_at = $2 FROM found WHERE s.id = found.id AND s.last_seen_at <= $4)
         SELECT id, expires_at, key_id, role FROM found`,
};
const END: Statement = {
  name: 'admin_sessions_end',
  text: `UPDATE admin_sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL RETURNING id`,
};
const END_ALL: Statement = {
  name: 'admin_sessions_end_all',
  text: `UPDATE admin_sessions SET ended_at = $2
          WHERE admin_key_id = $1 AND ended_at IS NULL AND expires_at > $2 AND last_seen_at > $3 RETURNING id`,
};

interface AuthenticatedRow {
  readonly id: string;
  readonly expires_at: Date;
  readonly key_id: string;
  readonly role: AdminRole;
}

/**
 * Operators in a browser: a random token stands for their key, so that the key itself is kept nowhere there. Only its hash is stored.
 * A session is its key's: with the key's role as it is now, and gone with the key.
 */
export class AdminSessionService {
  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly random: RandomSource,
    private readonly use: KeyUse,
  ) {}

  /** `token`: what the browser is given, this once. Throws Problem `unauthenticated` when the key was revoked meanwhile. */
  async begin(principal: AdminPrincipal): Promise<{ session: AdminSession; token: string }> {
    const token = randomToken(this.random, TOKEN_BYTES);
    const now = this.clock.now();
    const session: AdminSession = {
      id: this.ids.next(),
      expiresAt: new Date(now.getTime() + LONGEST_MS),
    };
    await this.database.across.transaction(async (tx) => {
      await tx.query(FORGET, [now]);
      const values = [principal.keyId, session.id, sha256(token), now, session.expiresAt];
      if ((await tx.query(INSERT, values)).length === 0) {
        throw new Problem('unauthenticated', 'The key is no longer in force.');
      }
      await this.#record(tx, 'admin_session.created', principal, { sessionId: session.id });
    });
    return { session, token };
  }

  /** Null for what is no session in force: unknown, ended, left alone for too long, or its key revoked. */
  async authenticate(token: string): Promise<{ principal: AdminPrincipal; session: AdminSession } | null> {
    if (!TOKEN.test(token)) {
      this.use.refused('malformed', null);
      return null;
    }
    const now = this.clock.now();
    const [row] = await this.database.across.query<AuthenticatedRow>(AUTHENTICATE, [
      sha256(token),
      now,
      before(now, IDLE_MS),
      before(now, SEEN_EVERY_MS),
    ]);
    if (row === undefined) {
      this.use.refused('not_in_force', null);
      return null;
    }
    const principal: AdminPrincipal = { kind: 'admin', keyId: row.key_id, role: row.role };
    this.use.used(principal);
    return { principal, session: { id: row.id, expiresAt: row.expires_at } };
  }

  /** Signs out, at once. Ending twice is no error. */
  async end(principal: AdminPrincipal, session: AdminSession): Promise<void> {
    await this.database.across.transaction(async (tx) => {
      const ended = await tx.query(END, [session.id, this.clock.now()]);
      if (ended.length > 0) {
        await this.#record(tx, 'admin_session.ended', principal, { sessionId: session.id });
      }
    });
  }

  /** Signs out wherever somebody is signed in with this key. */
  async endAll(principal: AdminPrincipal): Promise<void> {
    await this.database.across.transaction(async (tx) => {
      const now = this.clock.now();
      const ended = await tx.query(END_ALL, [principal.keyId, now, before(now, IDLE_MS)]);
      if (ended.length > 0) {
        const facts = { everywhere: true, sessions: ended.length };
        await this.#record(tx, 'admin_session.ended', principal, facts);
      }
    });
  }

  async #record(
    tx: Queryable,
    kind: 'admin_session.created' | 'admin_session.ended',
    { keyId, role }: AdminPrincipal,
    facts: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.ledger.append(tx, {
      kind,
      tenantId: SYSTEM_TENANT_ID,
      environment: null,
      verificationId: null,
      version: null,
      actor: `admin:${keyId}`,
      data: { keyId, role, ...facts },
    });
  }
}

function before(now: Date, ms: number): Date {
  return new Date(now.getTime() - ms);
}
