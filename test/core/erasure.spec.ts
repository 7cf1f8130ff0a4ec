import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  certificateNameOf,
  type Erasure,
  ErasureList,
  type ErasureRequest,
  ErasureService,
  EventFeed,
  EvidenceService,
  LegalHolds,
  type ListedErasure,
  type NewVerification,
  TenantService,
  type Verification,
} from '@gatehouse/core';
import { LocalMasterKey, Log, SystemIds, SystemRandom } from '@gatehouse/platform';

import { OrphanEraser } from '../../libs/core/src/erasure/orphan-eraser.js';
import { Retention } from '../../libs/core/src/erasure/retention.js';
import { parseNote, verifyNote } from '../../libs/core/src/ledger/tree/signed-note.js';
import { TenantVault } from '../../libs/core/src/privacy/tenant-vault.js';
import { type CoreHarness, type HarnessTenant, newVerification, startCore } from '../support/core-harness.js';
import { deliverFromDentity } from '../support/dentity-webhook.js';
import { eventually, present } from '../support/eventually.js';
import { MovableClock } from '../support/movable-clock.js';
import { type ProviderName } from '../support/vendor-accounts.js';
import { type Hold, openVendorGate, type VendorGate } from '../support/vendor-gate.js';

const clock = new MovableClock();
let core: CoreHarness;
// No workers: each test works off what is due when its clock has come that far.
beforeAll(async () => {
  core = await startCore({ clock });
  await core.app.get(TenantService).ensureSystemKeys();
});
afterAll(() => core.close());

interface Verified extends HarnessTenant {
  readonly verification: Verification;
  readonly input: NewVerification;
  readonly person: string;
}

async function begun(provider: ProviderName, over: Partial<NewVerification> = {}): Promise<Verified> {
  const tenant = await core.tenant(provider);
  const input = newVerification(over);
  const verification = await core.verifications.create(tenant.scope, input, null);
  const person = (provider === 'sentinel' ? input.subject.email : input.subject.phone) ?? '';
  return { ...tenant, verification, input, person };
}

async function verified(provider: ProviderName, over: Partial<NewVerification> = {}): Promise<Verified> {
  const tenant = await begun(provider, over);
  await tenant.account.finish(tenant.person, 'approve');
  await core.verifications.refresh(tenant.scope, tenant.verification.id);
  return tenant;
}

const erasures = (): ErasureService => core.app.get(ErasureService);
const holds = (): LegalHolds => core.app.get(LegalHolds);

/** Works off until the erasure is in this state. */
async function until(tenantId: string, id: string, state: Erasure['state']): Promise<Erasure> {
  for (let round = 0; round < 40; round += 1) {
    await core.workers.workOff();
    const erasure = await erasures().get(tenantId, id);
    if (erasure.state === state) return erasure;
  }
  throw new Error(`the erasure never was ${state}`);
}

async function erase({ scope }: HarnessTenant, request: ErasureRequest): Promise<Erasure> {
  const { id } = await erasures().request('admin:test', scope.tenantId, request, null);
  return until(scope.tenantId, id, 'done');
}

const byVerification = ({ verification }: Verified): ErasureRequest => ({
  by: 'verification',
  verificationId: verification.id,
});

async function rows<T extends object>(sql: string, ...values: readonly unknown[]): Promise<T[]> {
  return (await core.pool.query<T>(sql, [...values])).rows;
}

const keyOf = async ({ scope }: HarnessTenant): Promise<unknown[]> =>
  rows('SELECT key_wrapped IS NOT NULL AS has_key FROM subjects WHERE tenant_id = $1', scope.tenantId);

/** The lines of the newest certificate, once it has been verified with the published key. */
async function certified({ certificates }: Erasure, tenantId: string): Promise<string> {
  const { note } = present(certificates.at(-1), 'certificate');
  const [key] = await rows<{ public_key: Buffer }>('SELECT public_key FROM ledger_keys');
  return present(
    verifyNote(note, certificateNameOf(tenantId), present(key, 'key of the ledger').public_key),
    'signature',
  );
}

describe('an erasure', () => {
  it('takes what receivers answered to events about the person, and of nobody else', async () => {
    const tenant = await begun('sentinel');
    const { tenantId } = tenant.scope;
    const another = await core.verifications.create(tenant.scope, newVerification(), null);
    const ids = new SystemIds();
    for (const { id } of [tenant.verification, another]) {
      const deliveryId = ids.next();
      await rows(
        `INSERT INTO webhook_deliveries (tenant_id, id, environment, endpoint_id, event_id, event_type, state, turn, created_at)
         SELECT tenant_id, $3, 'test', $3, id, 'verification.created', 'failed', 0, at FROM ledger_entries
          WHERE tenant_id = $1 AND verification_id = $2 AND kind = 'verification.created'`,
        tenantId,
        id,
        deliveryId,
      );
      await rows(
        `INSERT INTO webhook_attempts (tenant_id, delivery_id, number, at, duration_ms, error, response_sealed)
         VALUES ($1, $2, 1, now(), 5, 'answered 500', 'sealed')`,
        tenantId,
        deliveryId,
      );
    }
    await erase(tenant, byVerification(tenant));
    const kept = await rows(
      `SELECT e.verification_id, a.response_sealed IS NOT NULL AS is_kept FROM webhook_attempts a
         JOIN webhook_deliveries d ON d.tenant_id = a.tenant_id AND d.id = a.delivery_id
         JOIN ledger_entries e ON e.tenant_id = d.tenant_id AND e.id = d.event_id
        WHERE a.tenant_id = $1 ORDER BY d.id`,
      tenantId,
    );
    expect(kept).toEqual([
      { verification_id: tenant.verification.id, is_kept: false },
      { verification_id: another.id, is_kept: true },
    ]);
  });

  it.each(['sentinel', 'sardine', 'dentity'] as const)(
    'at %s leaves the status and takes the person',
    async (provider) => {
      const tenant = await verified(provider, { reference: 'user-42', metadata: { plan: 'gold' } });
      const erasure = await erase(tenant, byVerification(tenant));
      const { scope, verification } = tenant;
      expect(erasure).toMatchObject({
        ground: 'request',
        erasedIds: [verification.id],
        counts: { verifications: 1, keysDestroyed: 1, readings: 1 },
        providerCopies: [{ provider, state: 'open', ask: expect.stringContaining('contract') }],
      });
      const left = await core.verifications.get(scope, verification.id);
      expect(left).toMatchObject({ status: 'verified', subject: null, reference: null, metadata: {} });
      expect(left.erasedAt).not.toBeNull();
      expect(left.evidence).toMatchObject({ identity: false, images: 0, report: false });
      await expect(core.verifications.identity(scope, verification.id)).rejects.toMatchObject({
        code: 'erased',
      });
      expect(await keyOf(tenant)).toEqual([{ has_key: false }]);
      expect(await certified(erasure, scope.tenantId)).toContain('keys destroyed: yes\n');
    },
  );

  it('answers whatever would need the person with `erased`', async () => {
    const tenant = await verified('sentinel');
    await erase(tenant, byVerification(tenant));
    const { scope, verification } = tenant;
    const { id } = verification;
    const evidence = core.app.get(EvidenceService);
    const signal = new AbortController().signal;
    const calls: Record<string, () => Promise<unknown>> = {
      identity: () => core.verifications.identity(scope, id),
      images: () => evidence.images(scope, id),
      report: () => evidence.report(scope, id, { confidences: false, signal }),
      link: () => core.verifications.renewLink(scope, id),
      retry: () => core.verifications.retry(scope, id, null),
      refresh: () => core.verifications.refresh(scope, id),
      cancel: () => core.verifications.cancel(scope, id),
      decision: () => core.verifications.decide(scope, id, { decision: 'reject', reason: 'too late' }),
      contact: () => core.verifications.correctContact(scope, id, { email: 'new@mail.test', phone: null }),
    };
    for (const [name, call] of Object.entries(calls)) {
      const outcome = await call().then(
        () => 'answered',
        (error: unknown) => (error as { code?: string }).code,
      );
      expect({ [name]: outcome }).toEqual({ [name]: 'erased' });
    }
  });

  it.each(['requires_input', 'processing'] as const)('calls off what is %s', async (status) => {
    const tenant = await begun('dentity');
    const { scope, verification } = tenant;
    if (status === 'processing') {
      await deliverFromDentity(core.inbox, tenant, {
        type: 'verification_status',
        _id: verification.provider.reference,
        status: 'verified',
        metadata: { verificationId: verification.id },
      });
      await core.pendingSignals.apply(50);
    }
    expect((await core.verifications.get(scope, verification.id)).status).toBe(status);
    await erase(tenant, byVerification(tenant));
    expect((await core.verifications.get(scope, verification.id)).status).toBe('canceled');
    const entries = await rows<{ kind: string; version: number | null }>(
      'SELECT kind, version FROM ledger_entries WHERE verification_id = $1 AND version IS NOT NULL ORDER BY version',
      verification.id,
    );
    expect(entries.map(({ version }) => version)).toEqual(entries.map((_, index) => index + 1));
    expect(entries.slice(-2).map(({ kind }) => kind)).toEqual([
      'verification.status_changed',
      'verification.erased',
    ]);
  });

  it('of one of a person’s verifications keeps the person for the other', async () => {
    const tenant = await begun('dentity', { reference: 'user-7' });
    const { scope, verification } = tenant;
    await core.verifications.cancel(scope, verification.id);
    const again = await core.verifications.retry(scope, verification.id, null);
    const first = await erase(tenant, byVerification(tenant));
    expect(first.counts).toMatchObject({ verifications: 1, keysDestroyed: 0 });
    expect(await certified(first, scope.tenantId)).toContain('keys destroyed: no\n');
    expect(await keyOf(tenant)).toEqual([{ has_key: true }]);
    expect(await core.verifications.get(scope, verification.id)).toMatchObject({
      subject: null,
      reference: null,
    });
    expect(await core.verifications.get(scope, again.id)).toMatchObject({
      subject: { email: tenant.input.subject.email },
      reference: 'user-7',
    });
    await expect(core.verifications.identity(scope, verification.id)).rejects.toMatchObject({
      code: 'erased',
    });
    await expect(core.verifications.retry(scope, verification.id, null)).rejects.toMatchObject({
      code: 'erased',
    });

    const second = await erase(tenant, { by: 'verification', verificationId: again.id });
    expect(second.counts).toMatchObject({ verifications: 1, keysDestroyed: 1 });
    expect(await keyOf(tenant)).toEqual([{ has_key: false }]);
  });

  it('of a person takes all that is known of them, and finds nobody twice', async () => {
    const tenant = await begun('dentity');
    const { scope, input, verification } = tenant;
    await core.verifications.cancel(scope, verification.id);
    const again = await core.verifications.retry(scope, verification.id, null);
    const other = await core.verifications.create(scope, newVerification({ subject: input.subject }), null);
    const stranger = await core.verifications.create(scope, newVerification(), null);
    const erasure = await erase(tenant, {
      by: 'email',
      value: (input.subject.email ?? '').toUpperCase(),
      environment: null,
    });
    expect([...erasure.erasedIds].sort()).toEqual([verification.id, again.id, other.id].sort());
    expect(erasure.counts).toMatchObject({ verifications: 3, keysDestroyed: 2, searchableHashes: 4 });
    const page = { limit: 10, cursor: null };
    const { data } = await core.verifications.search(
      scope,
      { email: input.subject.email, phone: null },
      page,
    );
    expect(data).toEqual([]);
    expect((await core.verifications.get(scope, stranger.id)).subject).not.toBeNull();
    const twice = await erase(tenant, { by: 'phone', value: input.subject.phone ?? '', environment: null });
    expect(twice).toMatchObject({ erasedIds: [], counts: { verifications: 0 } });
  });

  it('of somebody whom nobody knows is done all the same, and says so', async () => {
    const tenant = await core.tenant('dentity');
    const erasure = await erase(tenant, { by: 'email', value: 'nobody@mail.test', environment: 'live' });
    const text = await certified(erasure, tenant.scope.tenantId);
    expect(text).toContain('verifications erased: 0\n');
    expect(text).toContain('keys destroyed: none\n');
  });

  it('of what is erased already points to the certificate that tells of it', async () => {
    const tenant = await verified('dentity');
    const { tenantId } = tenant.scope;
    const before = 'verifications erased before, by an erasure with a certificate of its own';
    const first = await erase(tenant, byVerification(tenant));
    expect(await certified(first, tenantId)).not.toContain(before);
    const second = await erase(tenant, byVerification(tenant));
    expect(second).toMatchObject({ erasedIds: first.erasedIds, providerCopies: [] });
    expect(await certified(second, tenantId)).toContain(`verifications erased: 0\n${before}: 1\n`);
  });

  it('is published, and names nobody in the ledger', async () => {
    const tenant = await verified('sentinel', { reference: 'user-9' });
    const { scope, verification, input } = tenant;
    const {
      identity: { person, documents },
    } = await core.verifications.identity(scope, verification.id);
    const erasure = await erase(tenant, byVerification(tenant));
    const entries = await rows<{ kind: string; data: Record<string, unknown>; whole: string }>(
      'SELECT kind, data, e::text AS whole FROM ledger_entries e WHERE tenant_id = $1 ORDER BY id',
      scope.tenantId,
    );
    expect(entries.map(({ kind }) => kind).filter((kind) => kind.includes('eras'))).toEqual([
      'erasure.requested',
      'verification.erased',
      'erasure.completed',
    ]);
    const erased = present(
      entries.find(({ kind }) => kind === 'verification.erased'),
      'entry',
    );
    expect(erased.data).toMatchObject({ to: 'verified', erasureId: erasure.id, isKeyDestroyed: true });
    const names = [
      ...[input.subject.email, input.subject.phone, input.subject.dateOfBirth, input.reference],
      ...[person.fullName, person.lastName, person.dateOfBirth, ...documents.map(({ number }) => number)],
    ].map((name) => present(name, 'name'));
    expect(names.length).toBeGreaterThan(7);
    const told = entries.map(({ whole }) => whole).join('\n');
    expect(names.filter((name) => told.includes(name))).toEqual([]);
    const { data } = await core.app
      .get(EventFeed)
      .page(scope, ['verification.erased'], { limit: 10, cursor: null });
    expect(data).toMatchObject([
      { type: 'verification.erased', verification: { id: verification.id, status: 'verified' } },
    ]);
  });
});

describe('what comes later about somebody erased', () => {
  it('by webhook is set aside as erased, and nothing of it is kept', async () => {
    const tenant = await verified('dentity');
    const { scope, verification } = tenant;
    await erase(tenant, byVerification(tenant));
    const { version } = await core.verifications.get(scope, verification.id);
    await deliverFromDentity(core.inbox, tenant, {
      type: 'sms_delivery_status',
      _id: verification.provider.reference,
      smsDeliveryEvents: { status: 'delivered' },
    });
    await core.workers.workOff();
    const signals = await rows<{ state: string; state_reason: string; length: number }>(
      'SELECT state, state_reason, length(body_sealed) FROM signals WHERE verification_id = $1 ORDER BY received_at',
      verification.id,
    );
    expect(signals.at(-1)).toEqual({ state: 'set_aside', state_reason: 'erased', length: 0 });
    expect((await core.verifications.get(scope, verification.id)).version).toBe(version);
  });

  it('by a webhook that was stored before and not applied yet, likewise', async () => {
    const tenant = await begun('dentity');
    const { verification } = tenant;
    await deliverFromDentity(core.inbox, tenant, {
      type: 'verification_status',
      _id: verification.provider.reference,
      status: 'verified',
    });
    await erasures().request('admin:test', tenant.scope.tenantId, byVerification(tenant), null);
    // The erasure comes first, and then the signal.
    const [{ id } = { id: '' }] = await rows<{ id: string }>(
      'SELECT id FROM signals WHERE tenant_id = $1',
      tenant.scope.tenantId,
    );
    await core.pool.query("UPDATE signals SET due_at = now() + interval '1 day' WHERE id = $1", [id]);
    for (let round = 0; round < 10; round += 1) await core.workers.workOff();
    expect(
      await rows('SELECT state, state_reason, length(body_sealed) FROM signals WHERE id = $1', id),
    ).toEqual([{ state: 'set_aside', state_reason: 'erased', length: 0 }]);
  });
});

describe('what is on the way while somebody is erased', () => {
  /** Begun at the vendor behind a gate, whose next call is held. */
  async function heldRead(): Promise<Verified & { readonly gate: VendorGate; readonly hold: Hold }> {
    const gate = await openVendorGate(core.simulatorOrigin);
    const entrance = gate.entrance();
    const tenant = await core.tenant('dentity', entrance.origin);
    const input = newVerification();
    const verification = await core.verifications.create(tenant.scope, input, null);
    const person = input.subject.phone ?? '';
    await tenant.account.finish(person, 'approve');
    return { ...tenant, verification, input, person, gate, hold: entrance.hold('/') };
  }

  it('a read ends without an error that repeats, and writes nothing of the person', async () => {
    const tenant = await heldRead();
    const { scope, verification, hold, gate } = tenant;
    try {
      const reading = core.verifications.refresh(scope, verification.id).catch((error: unknown) => error);
      await eventually(() => {
        expect(hold.waiting()).toBe(1);
      });
      await erase(tenant, byVerification(tenant));
      hold.release();
      expect(await reading).toMatchObject({ status: 'canceled', subject: null });
      await core.workers.workOff();
      const [row] = await rows(
        `SELECT status, due_at, num_nonnulls(request_sealed, handle_sealed, action_sealed, identity_sealed) AS sealed,
                (SELECT count(*)::int FROM readings r WHERE r.verification_id = v.id) AS readings
           FROM verifications v WHERE id = $1`,
        verification.id,
      );
      expect(row).toEqual({ status: 'canceled', due_at: null, sealed: 0, readings: 0 });
    } finally {
      hold.release();
      await gate.close();
    }
  });

  it('a create ends with the record without the person', async () => {
    const gate = await openVendorGate(core.simulatorOrigin);
    const entrance = gate.entrance();
    const tenant = await core.tenant('dentity', entrance.origin);
    const hold = entrance.hold('/');
    try {
      const input = newVerification();
      const creating = core.verifications.create(tenant.scope, input, null);
      await eventually(() => {
        expect(hold.waiting()).toBe(1);
      });
      const request = { by: 'email', value: input.subject.email ?? '', environment: null } as const;
      const erasure = await erase(tenant, request);
      hold.release();
      const created = await creating;
      expect(erasure.erasedIds).toEqual([created.id]);
      expect(created).toMatchObject({ status: 'canceled', subject: null, action: { type: 'none' } });
      expect(erasure.providerCopies).toMatchObject([{ provider: 'dentity', state: 'open' }]);
    } finally {
      hold.release();
      await gate.close();
    }
  });

  it('a retry that finds the person gone is refused, and leaves no verification', async () => {
    const tenant = await begun('dentity');
    const { scope, verification } = tenant;
    await core.verifications.cancel(scope, verification.id);
    // The retry has opened the person when it comes to write; the person's row is locked by the erasure then.
    const session = await core.pool.connect();
    await session.query('BEGIN');
    await session.query('SELECT FROM subjects WHERE tenant_id = $1 FOR UPDATE', [scope.tenantId]);
    const retrying = core.verifications.retry(scope, verification.id, null).then(
      () => 'begun',
      (error: unknown) => (error as { code?: string }).code,
    );
    await eventually(async () => {
      const waiting = await rows(
        `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%key_wrapped IS NOT NULL AS is_kept%'`,
      );
      expect(waiting).toHaveLength(1);
    });
    await session.query(
      'UPDATE subjects SET key_wrapped = NULL, details_sealed = NULL, email_hash = NULL, phone_hash = NULL, erased_at = now() WHERE tenant_id = $1',
      [scope.tenantId],
    );
    await session.query('COMMIT');
    session.release();
    expect(await retrying).toBe('erased');
    expect(await rows('SELECT id FROM verifications WHERE tenant_id = $1', scope.tenantId)).toHaveLength(1);
  });
});

describe('what does not open', () => {
  it('of an orphan keeps nobody from being erased', async () => {
    const tenant = await verified('sentinel');
    const { tenantId } = tenant.scope;
    const strangers = await core.tenant('dentity');
    await deliverFromDentity(core.inbox, strangers, {
      type: 'verification_status',
      _id: '665f0a1b2c3d4e5f60718202',
      status: 'verified',
    });
    // One under a version that there never was, one too short to have a version, and one that was moved.
    for (const body of [
      String.raw`'\x00000063' || substring(body_sealed FROM 5)`,
      String.raw`'\x01'`,
      'body_sealed',
    ])
      await core.pool.query(
        `INSERT INTO signals (tenant_id, id, connection_id, environment, provider, source, event, authenticity, dedup_hash, body_sealed,
             state, state_reason, bucket, received_at)
         SELECT $1, $3, connection_id, environment, provider, source, event, authenticity, dedup_hash || $4::bytea, ${body}, state, state_reason, bucket,
                received_at
           FROM signals WHERE tenant_id = $2`,
        [tenantId, strangers.scope.tenantId, new SystemIds().next(), Buffer.from(body)],
      );
    const erasure = await erase(tenant, byVerification(tenant));
    expect(erasure.counts).toMatchObject({ verifications: 1, orphans: 0 });
    expect(
      await rows(
        "SELECT count(*)::int AS left FROM signals WHERE tenant_id = $1 AND state = 'orphan'",
        tenantId,
      ),
    ).toEqual([{ left: 3 }]);
  });
});

describe('a legal hold', () => {
  it('makes an erasure wait until it is released', async () => {
    const tenant = await verified('sentinel');
    const { scope, verification } = tenant;
    const hold = await holds().place('admin:test', scope.tenantId, {
      verificationId: verification.id,
      reason: 'dispute about Ana',
      until: null,
    });
    const { id } = await erasures().request('admin:test', scope.tenantId, byVerification(tenant), null);
    await until(scope.tenantId, id, 'held');
    expect((await core.verifications.get(scope, verification.id)).subject).not.toBeNull();
    const { data } = await holds().list(scope.tenantId, { limit: 10, cursor: null });
    expect(data).toMatchObject([{ id: hold.id, reason: 'dispute about Ana', releasedAt: null }]);

    await holds().release('admin:test', scope.tenantId, hold.id);
    await until(scope.tenantId, id, 'done');
    expect((await core.verifications.get(scope, verification.id)).subject).toBeNull();
    // What was written about it may name the person.
    expect((await holds().list(scope.tenantId, { limit: 10, cursor: null })).data).toMatchObject([
      { id: hold.id, reason: null, releasedAt: expect.any(Date) },
    ]);
    await expect(holds().release('admin:test', scope.tenantId, hold.id)).rejects.toMatchObject({
      code: 'not_found',
    });
    const late = { verificationId: verification.id, reason: 'too late', until: null };
    await expect(holds().place('admin:test', scope.tenantId, late)).rejects.toMatchObject({ code: 'erased' });
    const entries = await rows<{ kind: string; data: object }>(
      "SELECT kind, data FROM ledger_entries WHERE verification_id = $1 AND kind LIKE 'hold.%' ORDER BY id",
      verification.id,
    );
    expect(entries).toEqual([
      { kind: 'hold.placed', data: { holdId: hold.id, until: null } },
      { kind: 'hold.released', data: { holdId: hold.id } },
    ]);
  });

  it('ends by itself when its time is over', async () => {
    const tenant = await verified('sentinel');
    const { scope, verification } = tenant;
    await holds().place('admin:test', scope.tenantId, {
      verificationId: verification.id,
      reason: 'dispute',
      until: new Date(clock.now().getTime() + 600_000),
    });
    await expect(
      holds().place('admin:test', scope.tenantId, {
        verificationId: verification.id,
        reason: 'over before it began',
        until: clock.now(),
      }),
    ).rejects.toMatchObject({ code: 'validation_failed', errors: [{ pointer: '/until' }] });
    const { id } = await erasures().request('admin:test', scope.tenantId, byVerification(tenant), null);
    await until(scope.tenantId, id, 'held');
    clock.forward(601);
    await until(scope.tenantId, id, 'done');
  });

  it('on one of a person’s verifications keeps what that needs, and no more', async () => {
    const tenant = await begun('dentity');
    const { scope, verification, input } = tenant;
    await core.verifications.cancel(scope, verification.id);
    const again = await core.verifications.retry(scope, verification.id, null);
    await holds().place('admin:test', scope.tenantId, {
      verificationId: again.id,
      reason: 'dispute',
      until: null,
    });
    const request = { by: 'email', value: input.subject.email ?? '', environment: null } as const;
    const { id } = await erasures().request('admin:test', scope.tenantId, request, null);
    const held = await until(scope.tenantId, id, 'held');
    expect(held.erasedIds).toEqual([verification.id]);
    expect((await core.verifications.get(scope, again.id)).subject).not.toBeNull();
  });
});

describe('a hold and an erasure at the same moment', () => {
  it('end with the person erased and the hold refused, or with the person held', async () => {
    for (const isFirst of ['hold', 'erasure'] as const) {
      const tenant = await begun('dentity');
      const { scope, verification } = tenant;
      const { tenantId } = scope;
      const worker = await core.replica();
      const { id } = await erasures().request('admin:test', tenantId, byVerification(tenant), null);
      const lock = await core.pool.connect();
      await lock.query('BEGIN');
      await lock.query('SELECT FROM verifications WHERE id = $1 FOR UPDATE', [verification.id]);
      const waiting = (count: number): Promise<void> =>
        eventually(async () => {
          expect(
            await rows(
              "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%verifications%'",
            ),
          ).toHaveLength(count);
        });
      const place = (): Promise<string> =>
        holds()
          .place('admin:test', tenantId, { verificationId: verification.id, reason: 'dispute', until: null })
          .then(
            () => 'placed',
            (error: unknown) => (error as { code: string }).code,
          );
      // PostgreSQL gives the row to whoever has waited for longest.
      const placing = isFirst === 'hold' ? place() : null;
      if (placing !== null) await waiting(1);
      const working = worker.workOff();
      await waiting(isFirst === 'hold' ? 2 : 1);
      const placed = placing ?? place();
      await waiting(2);
      await lock.query('COMMIT');
      lock.release();
      expect(await placed).toBe(isFirst === 'hold' ? 'placed' : 'erased');
      await working;
      const erasure = await until(tenantId, id, isFirst === 'hold' ? 'held' : 'done');
      expect(erasure.erasedIds).toHaveLength(isFirst === 'hold' ? 0 : 1);
      expect(await keyOf(tenant)).toEqual([{ has_key: isFirst === 'hold' }]);
    }
  });
});

describe('a hold that is released at the moment when an erasure begins to wait for it', () => {
  it('wakes the erasure all the same', async () => {
    const tenant = await begun('dentity');
    const { tenantId } = tenant.scope;
    const hold = await holds().place('admin:test', tenantId, {
      verificationId: tenant.verification.id,
      reason: 'dispute',
      until: null,
    });
    const { id } = await erasures().request('admin:test', tenantId, byVerification(tenant), null);
    const worker = await core.replica();
    const waiting = async (statement: string): Promise<number> =>
      (
        await rows(
          "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1",
          `%${statement}%`,
        )
      ).length;
    // The worker has claimed the erasure and looks for holds.
    const table = await core.pool.connect();
    await table.query('BEGIN');
    await table.query('LOCK TABLE legal_holds IN ACCESS EXCLUSIVE MODE');
    const working = worker.workOff();
    await eventually(async () => {
      expect(await waiting('max(coalesce(until')).toBe(1);
    });
    // It has found one, and comes to write that it waits.
    const row = await core.pool.connect();
    await row.query('BEGIN');
    await row.query('SELECT FROM erasures WHERE id = $1 FOR UPDATE', [id]);
    await table.query('COMMIT');
    table.release();
    await eventually(async () => {
      expect(await waiting('erasures')).toBe(1);
    });
    let isReleased = false;
    const releasing = holds()
      .release('admin:test', tenantId, hold.id)
      .then(() => (isReleased = true));
    await eventually(async () => {
      expect(isReleased || (await waiting('erasures')) === 2).toBe(true);
    });
    await row.query('COMMIT');
    row.release();
    await Promise.all([working, releasing]);
    await until(tenantId, id, 'done');
  });
});

describe('an erasure by phone', () => {
  it('takes nobody who only shares the number that the person came to have since', async () => {
    const tenant = await begun('sentinel');
    const { scope, verification, input } = tenant;
    const housemate = newVerification();
    const other = await core.verifications.create(scope, housemate, null);
    const hold = await holds().place('admin:test', scope.tenantId, {
      verificationId: verification.id,
      reason: 'dispute',
      until: null,
    });
    const { id } = await erasures().request(
      'admin:test',
      scope.tenantId,
      { by: 'phone', value: input.subject.phone ?? '', environment: null },
      null,
    );
    await until(scope.tenantId, id, 'held');
    // As a correction of the contact leaves it.
    await core.pool.query(
      `UPDATE subjects s SET phone_hash = housemate.phone_hash
         FROM verifications v, verifications h JOIN subjects housemate ON housemate.id = h.subject_id
        WHERE s.id = v.subject_id AND v.id = $1 AND h.id = $2`,
      [verification.id, other.id],
    );
    await holds().release('admin:test', scope.tenantId, hold.id);
    const { erasedIds } = await until(scope.tenantId, id, 'done');
    expect(erasedIds).toEqual([verification.id]);
    expect((await core.verifications.get(scope, other.id)).subject).not.toBeNull();
  });
});

describe('retention', () => {
  const keep = (
    tenant: HarnessTenant,
    settings: Parameters<TenantService['update']>[2]['settings'],
  ): Promise<unknown> =>
    core.app.get(TenantService).update('test', tenant.scope.tenantId, { settings: settings ?? {} }, null);
  const days = (count: number): void => {
    clock.forward(count * 86_400 + 60);
  };
  const isErased = async ({ scope }: HarnessTenant, id: string): Promise<boolean> =>
    (await core.verifications.get(scope, id)).erasedAt !== null;
  const workOff = async (): Promise<void> => {
    for (let round = 0; round < 12; round += 1) await core.workers.workOff();
  };

  it('erases what was kept for as long as the tenant wants, by how it ended, and nothing that is open or held', async () => {
    const tenant = await verified('sentinel');
    const { scope, verification } = tenant;
    await keep(tenant, {
      retentionDays: 30,
      retentionDaysByOutcome: { verified: 90, rejected: null, other: null },
    });
    const create = (): Promise<Verification> =>
      core.verifications.create(scope, newVerification({ expiresInSeconds: 400 * 86_400 }), null);
    const [canceled, held, open] = [await create(), await create(), await create()];
    await core.verifications.cancel(scope, canceled.id);
    await core.verifications.cancel(scope, held.id);
    await holds().place('admin:test', scope.tenantId, {
      verificationId: held.id,
      reason: 'dispute',
      until: null,
    });
    days(29);
    await workOff();
    expect(await isErased(tenant, canceled.id)).toBe(false);
    days(2);
    await workOff();
    expect(await isErased(tenant, canceled.id)).toBe(true);
    expect(await isErased(tenant, verification.id)).toBe(false);
    days(60);
    await workOff();
    expect(await isErased(tenant, verification.id)).toBe(true);
    expect(await isErased(tenant, held.id)).toBe(false);
    expect(await isErased(tenant, open.id)).toBe(false);
    const { data } = await erasures().list(scope.tenantId, { limit: 10, cursor: null });
    expect(data.map(({ ground, state }) => [ground, state])).toEqual([
      ['retention', 'done'],
      ['retention', 'done'],
    ]);
  });

  it('makes one erasure of what is over, however many processes look at once', async () => {
    const tenant = await begun('dentity');
    const { scope, verification } = tenant;
    await core.verifications.cancel(scope, verification.id);
    await keep(tenant, { retentionDays: 1 });
    days(2);
    const parts = { database: core.database, tenants: core.app.get(TenantService) };
    const vault = new TenantVault(
      core.database,
      { current: new LocalMasterKey(Buffer.alloc(32)), previous: null },
      clock,
      new SystemRandom(),
    );
    const orphans = new OrphanEraser(core.database, vault, clock, new Log({ level: 'silent' }));
    const processes = [1, 2].map(() => new Retention({ ...parts, orphans }, clock, new SystemIds()));
    // Both have looked when both come to write.
    const session = await core.pool.connect();
    await session.query('BEGIN');
    await session.query('LOCK TABLE erasures IN SHARE MODE');
    const sweeping = processes.map((each) => each.sweepDue());
    await eventually(async () => {
      expect(
        await rows(
          "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%INSERT INTO erasures%'",
        ),
      ).toHaveLength(2);
    });
    await session.query('COMMIT');
    session.release();
    await Promise.all(sweeping);
    expect(
      await rows('SELECT verification_ids AS ids FROM erasures WHERE tenant_id = $1', scope.tenantId),
    ).toEqual([{ ids: [verification.id] }]);
  });

  it('forgets after thirty days what was said of nobody', async () => {
    const tenant = await core.tenant('dentity');
    await deliverFromDentity(core.inbox, tenant, {
      type: 'verification_status',
      _id: '665f0a1b2c3d4e5f60718201',
      status: 'verified',
    });
    const orphan = (): Promise<unknown[]> =>
      rows(
        'SELECT state, length(body_sealed) > 0 AS is_kept FROM signals WHERE tenant_id = $1',
        tenant.scope.tenantId,
      );
    days(29);
    await workOff();
    expect(await orphan()).toEqual([{ state: 'orphan', is_kept: true }]);
    days(2);
    await workOff();
    expect(await orphan()).toEqual([{ state: 'set_aside', is_kept: false }]);
  });

  it('purges deliveries that are ninety days old', async () => {
    const { scope } = await core.tenant('dentity');
    const ids = new SystemIds();
    const insert = async (state: string): Promise<string> => {
      const id = ids.next();
      await core.pool.query(
        `INSERT INTO webhook_deliveries (tenant_id, id, environment, endpoint_id, event_id, event_type, state, turn, created_at)
         VALUES ($1, $2, 'test', $3, $4, 'verification.created', $5, 0, $6)`,
        [scope.tenantId, id, ids.next(), ids.next(), state, clock.now()],
      );
      await core.pool.query(
        'INSERT INTO webhook_attempts (tenant_id, delivery_id, number, at, duration_ms) VALUES ($1, $2, 1, $3, 5)',
        [scope.tenantId, id, clock.now()],
      );
      return id;
    };
    const pending = await insert('pending');
    await insert('delivered');
    await insert('failed');
    days(91);
    await workOff();
    const left = await rows('SELECT id FROM webhook_deliveries WHERE tenant_id = $1', scope.tenantId);
    expect(left).toEqual([{ id: pending }]);
    const attempts = await rows(
      'SELECT delivery_id AS id FROM webhook_attempts WHERE tenant_id = $1',
      scope.tenantId,
    );
    expect(attempts).toEqual([{ id: pending }]);
  });
});

describe('a duty at a provider', () => {
  it('is closed by an operator, and the certificate is issued anew', async () => {
    const tenant = await verified('dentity');
    const { tenantId } = tenant.scope;
    const erasure = await erase(tenant, byVerification(tenant));
    const duty = present(erasure.providerCopies[0], 'duty');
    expect(await certified(erasure, tenantId)).toContain('open, ask Dentity');
    const place = { tenantId, erasureId: erasure.id, id: duty.id };
    const closed = await erasures().closeDuty('admin:test', place, 'confirmed by their support');
    expect(closed.providerCopies).toMatchObject([
      { state: 'done', way: 'asked', note: 'confirmed by their support' },
    ]);
    expect(closed.certificates.map(({ number }) => number)).toEqual([1, 2]);
    const text = await certified(closed, tenantId);
    expect(text).not.toContain('open, ask');
    expect(text).not.toContain('confirmed by their support');
    await expect(erasures().closeDuty('admin:test', place, 'again')).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('is one for a person whom the provider knows by one name', async () => {
    const tenant = await verified('sentinel');
    const { scope, input } = tenant;
    const other = await core.verifications.create(scope, newVerification({ subject: input.subject }), null);
    // A result from before it began would not be its own, and Sentinel dates by the second.
    await tenant.account.finish(tenant.person, 'approve');
    // Sentinel gives the name with what it is asked for next.
    await core.verifications.refresh(scope, other.id);
    const erasure = await erase(tenant, { by: 'email', value: input.subject.email ?? '', environment: null });
    expect(erasure.erasedIds).toHaveLength(2);
    expect(erasure.providerCopies).toHaveLength(1);
  });
});

describe('a provider’s record that two of our persons share', () => {
  /** The same person, whom the product began to verify twice. */
  async function twice(): Promise<Verified & { readonly other: string }> {
    const tenant = await verified('sentinel');
    const { scope, input, person, account } = tenant;
    const other = await core.verifications.create(scope, newVerification({ subject: input.subject }), null);
    await account.finish(person, 'approve');
    await core.verifications.refresh(scope, other.id);
    expect(
      await rows(
        'SELECT count(DISTINCT subject_id)::int AS persons, count(DISTINCT provider_reference)::int AS records FROM verifications WHERE tenant_id = $1',
        scope.tenantId,
      ),
    ).toEqual([{ persons: 2, records: 1 }]);
    return { ...tenant, other: other.id };
  }

  it('is not to be erased there before the last of them', async () => {
    const tenant = await twice();
    const first = await erase(tenant, byVerification(tenant));
    expect(first).toMatchObject({ counts: { keysDestroyed: 1 }, providerCopies: [] });
    const second = await erase(tenant, { by: 'verification', verificationId: tenant.other });
    expect(second.providerCopies).toMatchObject([{ provider: 'sentinel', state: 'open' }]);
  });

  it('is listed once when both are erased at once', async () => {
    const tenant = await twice();
    const { tenantId } = tenant.scope;
    const request = async (verificationId: string): Promise<string> =>
      (await erasures().request('admin:test', tenantId, { by: 'verification', verificationId }, null)).id;
    const ids = [await request(tenant.verification.id), await request(tenant.other)];
    const others = [await core.replica(), await core.replica()];
    // Both are stopped with their own verification erased and not committed, and then look for the other one.
    const session = await core.pool.connect();
    await session.query('BEGIN');
    await session.query('SELECT FROM subjects WHERE tenant_id = $1 FOR UPDATE', [tenantId]);
    const working = others.map((worker) => worker.workOff());
    await eventually(async () => {
      const waiting = await rows(
        `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%AS is_kept%' AND query LIKE '%FOR UPDATE%'`,
      );
      expect(waiting).toHaveLength(2);
    });
    await session.query('COMMIT');
    session.release();
    await Promise.all(working);
    const done = await Promise.all(ids.map((id) => until(tenantId, id, 'done')));
    expect(done.flatMap(({ providerCopies }) => providerCopies)).toMatchObject([{ state: 'open' }]);
  });
});

describe('a worker that dies', () => {
  it('after each step leaves what another one finishes, with nothing done twice', async () => {
    const tenant = await begun('dentity');
    const { scope, verification, input } = tenant;
    await core.verifications.cancel(scope, verification.id);
    await core.verifications.retry(scope, verification.id, null);
    const request = { by: 'email', value: input.subject.email ?? '', environment: null } as const;
    const { id } = await erasures().request('admin:test', scope.tenantId, request, null);
    let steps = 0;
    for (; steps < 30; steps += 1) {
      // Whoever had the step before is gone with its lease, having written what it wrote.
      const replica = await core.replica();
      await replica.workOff();
      await replica.stop();
      if ((await erasures().get(scope.tenantId, id)).state === 'done') break;
    }
    const erasure = await erasures().get(scope.tenantId, id);
    expect(steps).toBeGreaterThan(1);
    expect(erasure).toMatchObject({ state: 'done', counts: { verifications: 2, keysDestroyed: 1 } });
    expect(erasure.certificates).toHaveLength(1);
    expect(parseNote(erasure.certificates[0]?.note ?? '')).not.toBeNull();
  });
});

describe('a restored backup', () => {
  it('without the keys yields nobody, and with the newest keys everybody but the erased', async () => {
    const tenant = await verified('sentinel', { reference: 'user-1' });
    const { scope, verification, input } = tenant;
    const other = await core.verifications.create(scope, newVerification(), null);
    const kept = ['verifications', 'readings', 'signals'];
    for (const table of kept)
      await core.pool.query(
        `CREATE TABLE dump_${table} AS SELECT * FROM ${table} WHERE tenant_id = '${scope.tenantId}'`,
      );
    await erase(tenant, byVerification(tenant));
    // What is kept for long comes back as it was; the subjects are as they are now.
    for (const table of kept) {
      await core.pool.query(`DELETE FROM ${table} WHERE tenant_id = $1`, [scope.tenantId]);
      await core.pool.query(`INSERT INTO ${table} SELECT * FROM dump_${table}`);
    }
    const restored = await core.verifications.get(scope, verification.id);
    expect(restored).toMatchObject({ subject: null, reference: null, action: { type: 'none' } });
    await expect(core.verifications.identity(scope, verification.id)).rejects.toMatchObject({
      code: 'erased',
    });
    const page = { limit: 10, cursor: null };
    const by = { email: input.subject.email, phone: input.subject.phone };
    expect((await core.verifications.search(scope, by, page)).data).toEqual([]);
    expect((await core.verifications.get(scope, other.id)).subject).not.toBeNull();
  });

  it('is told of the erasures since by the list of them', async () => {
    const tenant = await verified('sentinel');
    const { scope, verification } = tenant;
    const tables = ['subjects', 'verifications', 'readings', 'erasures'];
    for (const table of tables)
      await core.pool.query(
        `CREATE TABLE backup_${table} AS SELECT * FROM ${table} WHERE tenant_id = '${scope.tenantId}'`,
      );
    await erase(tenant, byVerification(tenant));
    const list = core.app.get(ErasureList);
    const listed: ListedErasure[] = [];
    for await (const erasure of list.all()) if (erasure.tenantId === scope.tenantId) listed.push(erasure);
    expect(listed).toMatchObject([{ verificationIds: [verification.id] }]);

    // The database as it was: the key is there again, and the person with it.
    await core.pool.query(`DELETE FROM erasures WHERE tenant_id = $1`, [scope.tenantId]);
    await core.pool.query(`DELETE FROM verifications WHERE tenant_id = $1`, [scope.tenantId]);
    await core.pool.query(`DELETE FROM subjects WHERE tenant_id = $1`, [scope.tenantId]);
    await core.pool.query('ALTER TABLE ledger_entries DISABLE TRIGGER append_only');
    await core.pool.query(
      "DELETE FROM ledger_entries WHERE tenant_id = $1 AND kind = 'verification.erased'",
      [scope.tenantId],
    );
    await core.pool.query('ALTER TABLE ledger_entries ENABLE ALWAYS TRIGGER append_only');
    for (const table of tables) await core.pool.query(`INSERT INTO ${table} SELECT * FROM backup_${table}`);
    expect((await core.verifications.get(scope, verification.id)).subject).not.toBeNull();

    expect(await list.repeat(listed)).toBe(1);
    expect((await core.verifications.get(scope, verification.id)).subject).toBeNull();
    expect(await keyOf(tenant)).toEqual([{ has_key: false }]);
    expect(await list.repeat(listed)).toBe(0);
  });

  it('in which a hold is in force that was over before the erasure, is erased all the same', async () => {
    const tenant = await begun('dentity');
    const { scope, verification } = tenant;
    const { tenantId } = scope;
    await core.verifications.cancel(scope, verification.id);
    const hold = await holds().place('admin:test', tenantId, {
      verificationId: verification.id,
      reason: 'dispute',
      until: null,
    });
    // As it is listed by whoever erased after the release; the database is the one from before it.
    const listed: ListedErasure = {
      tenantId,
      id: new SystemIds().next(),
      environment: 'test',
      ground: 'request',
      namedBy: 'verification',
      requestedAt: clock.now().toISOString(),
      verificationIds: [verification.id],
      orphanIds: [],
    };
    expect(await core.app.get(ErasureList).repeat([listed])).toBe(1);
    expect((await core.verifications.get(scope, verification.id)).subject).toBeNull();
    expect(await keyOf(tenant)).toEqual([{ has_key: false }]);
    const { data } = await holds().list(tenantId, { limit: 10, cursor: null });
    expect(data).toMatchObject([{ id: hold.id, releasedAt: expect.any(Date) }]);
    expect(
      await rows(
        "SELECT actor, data FROM ledger_entries WHERE tenant_id = $1 AND kind = 'hold.released'",
        tenantId,
      ),
    ).toEqual([{ actor: 'system', data: { holdId: hold.id } }]);
  });
});

it('docs/ERASURE.md tells of every column with something sealed, hashed or wrapped', async () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'ERASURE.md'), 'utf8');
  const columns = await rows<{ name: string }>(
    `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
      WHERE table_schema = 'public' AND column_name ~ '(sealed|_hash|_hashes|wrapped)$'
        AND table_name NOT LIKE 'dump%' AND table_name NOT LIKE 'backup%'`,
  );
  expect(columns.length).toBeGreaterThan(20);
  expect(columns.map(({ name }) => name).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
