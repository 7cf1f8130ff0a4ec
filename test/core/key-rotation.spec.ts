import { Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

import {
  ErasureService,
  EvidenceService,
  IdempotencyService,
  type KeyRotation,
  KeyRotationService,
  type RotationLevel,
  SYSTEM_TENANT_ID,
  TenantService,
  WebhookEndpointService,
} from '@gatehouse/core';
import { LocalMasterKey, Log, type MasterKey, SystemIds, SystemRandom } from '@gatehouse/platform';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { Ledger } from '../../libs/core/src/ledger/ledger.js';
import { LedgerKeys } from '../../libs/core/src/ledger/ledger-keys.js';
import { KeyRotator } from '../../libs/core/src/privacy/rotation/key-rotator.js';
import { KEPT_UNDER_DATA_KEY } from '../../libs/core/src/privacy/rotation/kept-under-data-key.js';
import {
  KEPT_UNDER_SUBJECT_KEY,
  type SealedRow,
} from '../../libs/core/src/privacy/rotation/kept-under-subject-key.js';
import { RotationSteps } from '../../libs/core/src/privacy/rotation/rotation-steps.js';
import { SubjectKeyRotation } from '../../libs/core/src/privacy/rotation/subject-key-rotation.js';
import { SubjectResealer } from '../../libs/core/src/privacy/rotation/subject-resealer.js';
import { TenantKeyRotation } from '../../libs/core/src/privacy/rotation/tenant-key-rotation.js';
import { type SubjectKey } from '../../libs/core/src/privacy/subject-key.js';
import {
  context,
  type SubjectKeyColumns,
  TenantVault,
  wrappedKeyOf,
} from '../../libs/core/src/privacy/tenant-vault.js';
import { placeOfExcerpt } from '../../libs/core/src/webhooks/response-excerpt.js';
import { type CoreHarness, type HarnessTenant, newVerification, startCore } from '../support/core-harness.js';
import { deliverFromDentity } from '../support/dentity-webhook.js';
import { present } from '../support/eventually.js';
import { MovableClock } from '../support/movable-clock.js';

const clock = new MovableClock();
const ids = new SystemIds();
const LEASE_S = 61;
const SETTLED_S = 660;
const DAY_S = 86_400;
/** More than two pages. */
const MANY = 1_100;

let core: CoreHarness;
/** No workers: each test does the steps itself, in processes of its own, of whose keys the core has not heard. */
beforeAll(async () => {
  core = await startCore({ clock });
  await core.app.get(TenantService).ensureSystemKeys();
});
afterAll(() => core.close());
// What one test leaves would be claimed by the workers of the next.
afterEach(() => rows(`UPDATE key_rotations SET state = 'done', due_at = NULL`));

/** A worker of another process on the same database. */
interface Replica {
  readonly vault: TenantVault;
  step(): Promise<boolean>;
}

function replica({
  masterKey = masterKeyOf(),
  log = new Log({ level: 'silent' }),
}: { readonly masterKey?: MasterKey; readonly log?: Log } = {}): Replica {
  const { database } = core;
  const vault = new TenantVault(database, { current: masterKey, previous: null }, clock, new SystemRandom());
  const ledger = new Ledger(clock, ids, () => undefined);
  const steps = new RotationSteps(database, ledger, clock);
  const levels = {
    tenant: new TenantKeyRotation(steps, vault, clock, log),
    subject: new SubjectKeyRotation(steps, vault, new SubjectResealer(log), clock, log),
  };
  const rotator = new KeyRotator(database, levels, clock);
  return { vault, step: () => rotator.rotateSome() };
}

/** As a process has them that was just started. */
const ledgerKeys = (): LedgerKeys => new LedgerKeys(core.database, replica().vault, clock, ids);

function masterKeyOf(): MasterKey {
  return new LocalMasterKey(Buffer.from(core.environment.MASTER_KEY, 'base64'));
}

/** A master key that answers only once it is let go on. */
function stalledMasterKey(): {
  readonly masterKey: MasterKey;
  readonly isAsked: Promise<null>;
  goOn(): void;
} {
  const real = masterKeyOf();
  const asked = Promise.withResolvers<null>();
  const gate = Promise.withResolvers<null>();
  return {
    masterKey: {
      id: real.id,
      wrap: (key, context) => real.wrap(key, context),
      unwrap: async (wrapped, context) => {
        asked.resolve(null);
        await gate.promise;
        return real.unwrap(wrapped, context);
      },
    },
    isAsked: asked.promise,
    goOn: () => {
      gate.resolve(null);
    },
  };
}

const begin = ({ scope }: HarnessTenant, level: RotationLevel = 'tenant'): Promise<KeyRotation> =>
  core.app.get(KeyRotationService).begin('admin:test', scope.tenantId, level);
const stateOf = ({ id }: KeyRotation): Promise<KeyRotation> => core.app.get(KeyRotationService).get(id);

/** Does what is due. */
async function workOff(worker: Replica): Promise<void> {
  while (await worker.step());
}

/** To its end, a day after which the old key is gone. */
async function rotated(tenant: HarnessTenant, worker = replica()): Promise<KeyRotation> {
  const rotation = await begin(tenant);
  await workOff(worker);
  clock.forward(SETTLED_S);
  await workOff(worker);
  clock.forward(DAY_S);
  await workOff(worker);
  return stateOf(rotation);
}

async function rows<T extends object>(text: string, ...values: readonly unknown[]): Promise<T[]> {
  return (await core.pool.query<T>(text, [...values])).rows;
}

/** How many subjects are under which version. */
const subjectsOf = async ({ scope }: HarnessTenant): Promise<Record<string, number>> =>
  Object.fromEntries(
    (
      await rows<{ key_version: number; count: number }>(
        'SELECT key_version, count(*)::int FROM subjects WHERE tenant_id = $1 AND key_wrapped IS NOT NULL GROUP BY 1',
        scope.tenantId,
      )
    ).map(({ key_version, count }) => [key_version, count]),
  );

const dataKeysOf = (tenantId: string): Promise<{ version: number; is_retired: boolean }[]> =>
  rows(
    `SELECT version, retired_at IS NOT NULL AS is_retired FROM tenant_keys WHERE tenant_id = $1 AND purpose = 'data' ORDER BY version`,
    tenantId,
  );

const kindsOf = async (tenantId: string): Promise<string[]> =>
  (
    await rows<{ kind: string }>(
      `SELECT kind FROM ledger_entries WHERE tenant_id = $1 AND kind LIKE 'keys.%' ORDER BY id`,
      tenantId,
    )
  ).map(({ kind }) => kind);

/** People without verifications. */
async function people({ scope }: HarnessTenant, count: number): Promise<readonly string[]> {
  const { vault } = replica();
  const made = await Promise.all(
    Array.from({ length: count }, () => vault.createSubjectKey(scope.tenantId, ids.next())),
  );
  const wrapped = made.map((one) => one.wrapped);
  await core.pool.query(
    `INSERT INTO subjects (tenant_id, id, environment, key_wrapped, key_version, created_at)
     SELECT $1, id, 'test', wrapped, 1, now() FROM unnest($2::uuid[], $3::bytea[]) AS made (id, wrapped)`,
    [scope.tenantId, wrapped.map(({ subjectId }) => subjectId), wrapped.map((one) => one.wrapped)],
  );
  return wrapped.map(({ subjectId }) => subjectId);
}

describe('a rotation of a tenant’s data key', () => {
  it('leaves everything readable and writable in a process that has not heard of the new key', async () => {
    const tenant = await core.tenant('sentinel');
    const create = async (): Promise<string> =>
      (await core.verifications.create(tenant.scope, newVerification(), null)).id;
    const created = [await create()];
    const readAll = async (): Promise<void> => {
      for (const id of created)
        expect((await core.verifications.get(tenant.scope, id)).subject?.firstName).toBe('Ana');
    };
    const worker = replica();
    const rotation = await begin(tenant);
    while (await worker.step()) {
      await readAll();
      created.push(await create());
    }
    // The core still takes the old one for the newest.
    const during = await subjectsOf(tenant);
    expect(during['1']).toBeGreaterThan(0);
    expect(during['2']).toBeGreaterThan(0);
    expect(await stateOf(rotation)).toMatchObject({ state: 'running', phase: 'check', fromVersion: 1 });

    clock.forward(31);
    created.push(await create());
    expect((await subjectsOf(tenant))['2']).toBe((during['2'] ?? 0) + 1);
    clock.forward(SETTLED_S);
    await workOff(worker);
    await readAll();
    expect(await subjectsOf(tenant)).toEqual({ '2': created.length });
    expect(await stateOf(rotation)).toMatchObject({ state: 'done', toVersion: 2, failed: 0 });
    expect(await dataKeysOf(tenant.scope.tenantId)).toEqual([
      { version: 1, is_retired: true },
      { version: 2, is_retired: false },
    ]);
  });

  it('moves whatever the old key sealed, so that all of it opens once the old key is destroyed', async () => {
    const tenant = await core.tenant('dentity');
    const { scope } = tenant;
    const verification = await core.verifications.create(scope, newVerification(), null);
    const { endpoint } = await core.app.get(WebhookEndpointService).create(scope, {
      url: 'http://127.0.0.1:9/hooks',
      description: null,
      eventTypes: [],
      disabled: false,
    });
    await deliverFromDentity(core.inbox, tenant, {
      type: 'verification_status',
      _id: '665f0a1b2c3d4e5f60718293',
      status: 'verified',
    });
    const idempotency = core.app.get(IdempotencyService);
    const keyed = (): ReturnType<IdempotencyService['begin']> =>
      idempotency.begin(scope, 'POST /v1/verifications', 'a key of ana.ruiz@mail.test', Buffer.from('hash'));
    const first = await keyed();
    if (first.outcome !== 'proceed') throw new Error('the key is not free');
    await idempotency.finish(first.claim, {
      status: 201,
      contentType: 'application/json',
      body: Buffer.from('{"id":1}'),
      about: null,
    });
    const deliveryId = ids.next();
    const excerpt = placeOfExcerpt(deliveryId, 2);
    await rows(
      `INSERT INTO webhook_attempts (tenant_id, delivery_id, number, at, duration_ms, error, response_sealed)
       VALUES ($1, $2, 1, now(), 5, 'answered 503', NULL), ($1, $2, 2, now(), 5, 'answered 503', $3)`,
      scope.tenantId,
      deliveryId,
      await replica().vault.sealForTenant(scope.tenantId, 'away', excerpt),
    );

    const rotation = await rotated(tenant);
    expect(rotation).toMatchObject({
      state: 'done',
      total: 6,
      moved: 6,
      failed: 0,
      destroyedAt: expect.any(Date),
    });
    expect(await dataKeysOf(scope.tenantId)).toEqual([{ version: 2, is_retired: false }]);
    expect(await kindsOf(scope.tenantId)).toEqual([
      'keys.rotation_begun',
      'keys.rotation_ended',
      'keys.destroyed',
    ]);

    // A process that has the old key nowhere in its memory.
    const other = await core.otherProcess();
    expect((await other.verifications.get(scope, verification.id)).subject?.firstName).toBe('Ana');
    expect(await other.verifications.create(scope, newVerification(), null)).toMatchObject({
      status: 'requires_input',
    });
    expect(await other.app.get(WebhookEndpointService).get(scope, endpoint.id)).toMatchObject({
      url: 'http://127.0.0.1:9/hooks',
    });
    expect(
      await other.app
        .get(IdempotencyService)
        .begin(scope, 'POST /v1/verifications', 'a key of ana.ruiz@mail.test', Buffer.from('hash')),
    ).toMatchObject({ outcome: 'replay', body: Buffer.from('{"id":1}') });
    const [orphan] = await rows<{ id: string; body_sealed: Buffer }>(
      'SELECT id, body_sealed FROM signals WHERE tenant_id = $1',
      scope.tenantId,
    );
    const { id, body_sealed } = present(orphan, 'orphan');
    const place = { table: 'signals', row: id, column: 'body_sealed' };
    expect(await replica().vault.openForTenant(scope.tenantId, body_sealed, place)).toHaveProperty(
      'observation',
    );
    const [, answered] = await rows<{ response_sealed: Buffer }>(
      'SELECT response_sealed FROM webhook_attempts WHERE delivery_id = $1 ORDER BY number',
      deliveryId,
    );
    const { response_sealed } = present(answered, 'attempt');
    expect(await replica().vault.openForTenant(scope.tenantId, response_sealed, excerpt)).toBe('away');
  });

  it('rotates our own key too, with what it keeps of no tenant', async () => {
    await ledgerKeys().ensure();
    const all = await core.app.get(KeyRotationService).beginAll('admin:test', 'tenant');
    const worker = replica();
    await workOff(worker);
    clock.forward(SETTLED_S);
    await workOff(worker);
    clock.forward(DAY_S);
    await workOff(worker);
    const ours = present(
      all.find(({ tenantId }) => tenantId === null),
      'rotation of our own key',
    );
    expect(await stateOf(ours)).toMatchObject({
      state: 'done',
      moved: 1,
      failed: 0,
      destroyedAt: expect.any(Date),
    });
    expect(await dataKeysOf(SYSTEM_TENANT_ID)).toEqual([{ version: 2, is_retired: false }]);
    expect(await ledgerKeys().signingKey()).toHaveProperty('type', 'private');
    expect(await kindsOf(SYSTEM_TENANT_ID)).toHaveLength(3);
  });

  it('goes on where a worker died, and counts nothing twice', async () => {
    const tenant = await core.tenant('dentity');
    await people(tenant, MANY);
    const rotation = await begin(tenant);
    const first = replica();
    await first.step();
    await first.step();
    expect(await stateOf(rotation)).toMatchObject({ moved: 500, total: MANY + 1 });
    // The next one dies with a page in hand.
    const { masterKey } = stalledMasterKey();
    const dying = replica({ masterKey: { ...masterKey, unwrap: () => Promise.reject(new Error('killed')) } });
    await expect(dying.step()).rejects.toThrow('killed');
    const second = replica();
    expect(await second.step()).toBe(false);
    clock.forward(LEASE_S);
    await workOff(second);
    expect(await stateOf(rotation)).toMatchObject({ phase: 'check', moved: MANY + 1, failed: 0 });
    expect(await subjectsOf(tenant)).toEqual({ '2': MANY });
  });

  it('writes nothing of a worker that was overtaken', async () => {
    const tenant = await core.tenant('dentity');
    await people(tenant, MANY);
    const rotation = await begin(tenant);
    const first = replica();
    await first.step();
    const stalled = stalledMasterKey();
    const slow = replica(stalled);
    const working = slow.step();
    await stalled.isAsked;
    clock.forward(LEASE_S);
    await workOff(first);
    const before = await stateOf(rotation);
    stalled.goOn();
    await working;
    expect(await stateOf(rotation)).toEqual(before);
    expect(before).toMatchObject({ phase: 'check', moved: MANY + 1 });
  });

  it('does not undo an erasure that comes while a page is under way', async () => {
    const tenant = await core.tenant('dentity');
    const [erased] = await people(tenant, 3);
    await begin(tenant);
    const first = replica();
    await first.step();
    const stalled = stalledMasterKey();
    const slow = replica(stalled);
    const working = slow.step();
    await stalled.isAsked;
    await rows(
      'UPDATE subjects SET key_wrapped = NULL WHERE tenant_id = $1 AND id = $2',
      tenant.scope.tenantId,
      erased,
    );
    stalled.goOn();
    await working;
    expect(
      await rows(
        'SELECT key_wrapped FROM subjects WHERE tenant_id = $1 AND id = $2',
        tenant.scope.tenantId,
        erased,
      ),
    ).toEqual([{ key_wrapped: null }]);
    expect(await subjectsOf(tenant)).toEqual({ '2': 2 });
  });

  it('does not overwrite what was written meanwhile', async () => {
    const tenant = await core.tenant('sentinel');
    const { scope, account } = tenant;
    await begin(tenant);
    const first = replica();
    // The new key, the subjects, and then the connections.
    await first.step();
    await first.step();
    const stalled = stalledMasterKey();
    const slow = replica(stalled);
    const working = slow.step();
    await stalled.isAsked;
    await core.connections.put('test', scope.tenantId, 'test', 'sentinel', account.connection, null);
    const kept = await rows('SELECT secrets_sealed FROM connections WHERE tenant_id = $1', scope.tenantId);
    stalled.goOn();
    await working;
    expect(await rows('SELECT secrets_sealed FROM connections WHERE tenant_id = $1', scope.tenantId)).toEqual(
      kept,
    );
  });

  it('moves the rest when some does not open, names it in the log, and keeps the old key until it is gone', async () => {
    const tenant = await core.tenant('dentity');
    const { tenantId } = tenant.scope;
    const [damaged] = await people(tenant, 5);
    await deliverFromDentity(core.inbox, tenant, {
      type: 'verification_status',
      _id: '665f0a1b2c3d4e5f60718294',
      status: 'verified',
    });
    await rows(
      'UPDATE subjects SET key_wrapped = set_byte(key_wrapped, 20, get_byte(key_wrapped, 20) # 1) WHERE id = $1',
      damaged,
    );
    // Of a version that there never was.
    await rows(
      String.raw`UPDATE signals SET body_sealed = '\x00000000'::bytea || substring(body_sealed FROM 5) WHERE tenant_id = $1`,
      tenantId,
    );
    const [orphan] = await rows<{ id: string }>('SELECT id FROM signals WHERE tenant_id = $1', tenantId);
    const lines: string[] = [];
    const log = new Log({
      destination: new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          lines.push(chunk.toString());
          done();
        },
      }),
    });
    const worker = replica({ log });
    const rotation = await begin(tenant);
    await workOff(worker);
    clock.forward(SETTLED_S);
    await workOff(worker);
    expect(await stateOf(rotation)).toMatchObject({ state: 'done', moved: 5, failed: 2 });
    expect(await subjectsOf(tenant)).toEqual({ '1': 1, '2': 4 });
    const named = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .map(({ kind, rowId }) => [kind, rowId]);
    expect(named).toContainEqual(['subjects', damaged]);
    expect(named).toContainEqual(['signals', orphan?.id]);
    clock.forward(DAY_S);
    await workOff(worker);
    expect(await dataKeysOf(tenantId)).toHaveLength(2);

    await rows('UPDATE subjects SET key_wrapped = NULL WHERE id = $1', damaged);
    await rows('DELETE FROM signals WHERE tenant_id = $1', tenantId);
    clock.forward(DAY_S);
    await workOff(worker);
    expect(await dataKeysOf(tenantId)).toEqual([{ version: 2, is_retired: false }]);
  });

  it('passes what was emptied by an erasure, and so destroys the old key', async () => {
    const tenant = await core.tenant('dentity');
    const { tenantId } = tenant.scope;
    await deliverFromDentity(core.inbox, tenant, {
      type: 'verification_status',
      _id: '665f0a1b2c3d4e5f60718295',
      status: 'verified',
    });
    clock.forward(31 * DAY_S);
    await core.workers.workOff();
    expect(
      await rows('SELECT state_reason, length(body_sealed) FROM signals WHERE tenant_id = $1', tenantId),
    ).toEqual([{ state_reason: 'forgotten', length: 0 }]);
    const [erased] = await people(tenant, 2);
    await rows('UPDATE subjects SET key_wrapped = NULL, erased_at = now() WHERE id = $1', erased);
    expect(await rotated(tenant)).toMatchObject({ moved: 2, failed: 0, destroyedAt: expect.any(Date) });
    expect(await dataKeysOf(tenantId)).toEqual([{ version: 2, is_retired: false }]);
  });

  it('is one at a time for each tenant', async () => {
    const tenant = await core.tenant('dentity');
    const running = await begin(tenant);
    await expect(begin(tenant)).rejects.toMatchObject({ code: 'conflict' });
    const begun = await core.app.get(KeyRotationService).beginAll('admin:test', 'tenant');
    expect(begun.map(({ tenantId }) => tenantId)).not.toContain(tenant.scope.tenantId);
    const { data } = await core.app
      .get(KeyRotationService)
      .list(tenant.scope.tenantId, { limit: 10, cursor: null });
    expect(data).toEqual([running]);
    await expect(
      core.app.get(KeyRotationService).begin('admin:test', ids.next(), 'tenant'),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});

interface Sealed {
  readonly at: string;
  readonly place: string;
  readonly bytes: Buffer;
}

/** All that is kept under a person's key, as it stands. */
async function sealedOf(tenantId: string, subjectId: string): Promise<readonly Sealed[]> {
  const found: Sealed[] = [];
  for (const kept of KEPT_UNDER_SUBJECT_KEY) {
    const { rows: page } = await core.pool.query<SealedRow>(kept.page.text, [
      tenantId,
      [subjectId],
      JSON.stringify(kept.start),
      1000,
    ]);
    for (const row of page) {
      kept.columns.forEach((column, index) => {
        const bytes = row.sealed[index];
        const place = kept.placeOf(row.at, column);
        if (bytes != null)
          found.push({ at: `${place.table}.${column}`, place: context(tenantId, place), bytes });
      });
    }
  }
  return found;
}

/** What a reader or writer has in hand who has just read a person's row. */
async function held(subjectId: string): Promise<SubjectKey> {
  const [row] = await rows<SubjectKeyColumns & { tenant_id: string }>(
    'SELECT tenant_id, id AS subject_id, key_wrapped, key_version, spare_key_sealed FROM subjects WHERE id = $1',
    subjectId,
  );
  const { tenant_id: tenantId, ...columns } = present(row, 'subject');
  return replica().vault.openSubjectKey(tenantId, present(wrappedKeyOf(columns), 'key'));
}

/** How many of them it opens. */
const openedBy = (key: SubjectKey, sealed: readonly Sealed[]): number =>
  sealed.filter(({ bytes, place }) => {
    try {
      key.open(bytes, place);
      return true;
    } catch {
      return false;
    }
  }).length;

interface Verified extends HarnessTenant {
  readonly verificationId: string;
  readonly subjectId: string;
}

/** A person with everything that can be kept of one: identity, reading, webhook, decision, archived report. */
async function verified(): Promise<Verified> {
  const tenant = await core.tenant('dentity');
  const { scope, account } = tenant;
  await core.app
    .get(TenantService)
    .update('test', scope.tenantId, { settings: { reportArchive: 'encrypted' } }, null);
  const input = newVerification();
  const { id, provider } = await core.verifications.create(scope, input, null);
  await deliverFromDentity(core.inbox, tenant, {
    type: 'sms_delivery_status',
    _id: provider.reference,
    smsDeliveryEvents: { status: 'delivered' },
  });
  await account.finish(input.subject.phone ?? '', 'approve');
  await core.verifications.refresh(scope, id);
  await core.workers.workOff();
  const [row] = await rows<{ subject_id: string }>('SELECT subject_id FROM verifications WHERE id = $1', id);
  return { ...tenant, verificationId: id, subjectId: present(row, 'verification').subject_id };
}

const GRACE_S = 901;

describe('a rotation of people’s keys', () => {
  it('opens everything for whoever holds keys, from before a step or after it, and forgets the old key', async () => {
    const { scope, verificationId, subjectId, ...tenant } = await verified();
    const all = (): ReturnType<typeof sealedOf> => sealedOf(scope.tenantId, subjectId);
    const readable = async (): Promise<void> => {
      const identity = await core.verifications.identity(scope, verificationId);
      expect(identity.identity.person).toMatchObject({ phone: expect.stringContaining('+1415') });
      const { bytes } = await core.app.get(EvidenceService).report(scope, verificationId, {
        confidences: false,
        signal: AbortSignal.timeout(10_000),
      });
      expect((await buffer(bytes)).length).toBeGreaterThan(0);
    };
    /** As a writer does that has worked with the key for a while. */
    const writes = async (key: SubjectKey, what: string): Promise<void> => {
      const place = { table: 'verifications', row: verificationId, column: 'decision_sealed' };
      const sealed = key.sealJson(what, context(scope.tenantId, place));
      await rows('UPDATE verifications SET decision_sealed = $2 WHERE id = $1', verificationId, sealed);
    };
    const first = await held(subjectId);
    await writes(first, 'before');
    const kinds = new Set((await all()).map(({ at }) => at));
    expect([...kinds].sort()).toEqual([
      'archived_report_parts.sealed',
      'readings.evidence_sealed',
      'signals.body_sealed',
      'subjects.details_sealed',
      'verifications.action_sealed',
      'verifications.decision_sealed',
      'verifications.handle_sealed',
      'verifications.identity_sealed',
      'verifications.request_sealed',
    ]);
    const count = (await all()).length;
    const worker = replica();
    const rotation = await begin({ scope, ...tenant }, 'subject');

    await workOff(worker);
    expect(await stateOf(rotation)).toMatchObject({ phase: 'switch', moved: 0, total: 1 });
    const offered = await held(subjectId);
    expect(openedBy(first, await all())).toBe(count);
    await readable();

    clock.forward(GRACE_S);
    await workOff(worker);
    expect(await stateOf(rotation)).toMatchObject({ phase: 'reseal', moved: 0 });
    const switched = await held(subjectId);
    // One seals with the old key still, the other with the new one.
    await writes(switched, 'with the new key');
    expect(openedBy(offered, await all())).toBe(count);
    expect(openedBy(first, await all())).toBe(count - 1);
    await writes(offered, 'with the old key');
    expect(openedBy(switched, await all())).toBe(count);
    await readable();

    clock.forward(GRACE_S);
    await workOff(worker);
    expect(await stateOf(rotation)).toMatchObject({ state: 'done', moved: 1, failed: 0 });
    expect(openedBy(switched, await all())).toBe(count);
    expect(openedBy(await held(subjectId), await all())).toBe(count);
    expect(openedBy(first, await all())).toBe(0);
    expect(
      await rows('SELECT spare_key_sealed, spare_key_role FROM subjects WHERE id = $1', subjectId),
    ).toEqual([{ spare_key_sealed: null, spare_key_role: null }]);
    await readable();
    expect(await kindsOf(scope.tenantId)).toEqual(['keys.rotation_begun', 'keys.rotation_ended']);
  });

  it('goes on where a worker died, over more people than one page', async () => {
    const tenant = await core.tenant('dentity');
    await people(tenant, MANY);
    const rotation = await begin(tenant, 'subject');
    for (const phase of ['switch', 'reseal', 'destroy']) {
      await replica().step();
      const { masterKey } = stalledMasterKey();
      const dying = replica({
        masterKey: { ...masterKey, unwrap: () => Promise.reject(new Error('killed')) },
      });
      await expect(dying.step()).rejects.toThrow('killed');
      clock.forward(LEASE_S);
      await workOff(replica());
      if (phase !== 'destroy') expect(await stateOf(rotation)).toMatchObject({ phase });
      clock.forward(GRACE_S);
    }
    expect(await stateOf(rotation)).toMatchObject({ state: 'done', moved: MANY, failed: 0 });
  });

  it('does not undo an erasure, whenever it comes', async () => {
    const tenant = await core.tenant('dentity');
    const erase = async (id: string | undefined): Promise<void> => {
      await rows('UPDATE subjects SET key_wrapped = NULL WHERE id = $1', id);
    };
    /** With the person's row read by the worker and not yet written. */
    const during = async (id: string | undefined): Promise<void> => {
      const stalled = stalledMasterKey();
      const slow = replica(stalled);
      const working = slow.step();
      await stalled.isAsked;
      await erase(id);
      stalled.goOn();
      await working;
    };
    const [one, two, three, four] = await people(tenant, 5);
    const rotation = await begin(tenant, 'subject');
    await replica().step();
    await during(one);
    clock.forward(GRACE_S);
    await during(two);
    await erase(three);
    clock.forward(GRACE_S);
    await during(four);
    expect(await stateOf(rotation)).toMatchObject({ state: 'done', moved: 2, failed: 0 });
    expect(
      await rows(
        'SELECT count(*)::int AS erased FROM subjects WHERE tenant_id = $1 AND key_wrapped IS NULL',
        tenant.scope.tenantId,
      ),
    ).toEqual([{ erased: 4 }]);
  });

  it('that meets an erasure at each of its steps leaves neither of the person’s keys', async () => {
    const tenant = await core.tenant('dentity');
    const { scope } = tenant;
    const created = [];
    for (let count = 0; count < 4; count += 1)
      created.push((await core.verifications.create(scope, newVerification(), null)).id);
    const erasures = core.app.get(ErasureService);
    const erased: string[] = [];
    /** By a worker of another process, while this one has read the person's keys and not written yet. */
    const during = async (verificationId: string): Promise<void> => {
      const stalled = stalledMasterKey();
      const slow = replica(stalled);
      const working = slow.step();
      await stalled.isAsked;
      await erasures.request('admin:test', scope.tenantId, { by: 'verification', verificationId }, null);
      for (let step = 0; step < 5; step += 1) await core.workers.workOff();
      erased.push(verificationId);
      stalled.goOn();
      await working;
    };
    const rotation = await begin(tenant, 'subject');
    await replica().step();
    for (const phase of ['offer', 'switch', 'reseal'] as const) {
      expect(await stateOf(rotation)).toMatchObject({ phase });
      await during(created[erased.length] ?? '');
      clock.forward(GRACE_S);
    }
    expect(await stateOf(rotation)).toMatchObject({ state: 'done', moved: 1, failed: 0 });
    const kept = await rows(
      `SELECT num_nonnulls(key_wrapped, spare_key_sealed, spare_key_role, details_sealed) AS kept FROM verifications v
         JOIN subjects s ON s.tenant_id = v.tenant_id AND s.id = v.subject_id WHERE v.tenant_id = $1 ORDER BY v.id`,
      scope.tenantId,
    );
    expect(kept).toEqual([{ kept: 0 }, { kept: 0 }, { kept: 0 }, { kept: 2 }]);
    const other = await core.otherProcess();
    expect((await other.verifications.get(scope, created[3] ?? '')).subject?.firstName).toBe('Ana');
  });

  it('forgets the old key of somebody of whose verifications one was erased', async () => {
    const tenant = await core.tenant('dentity');
    const { scope } = tenant;
    const { id, provider } = await core.verifications.create(scope, newVerification(), null);
    await deliverFromDentity(core.inbox, tenant, {
      type: 'sms_delivery_status',
      _id: provider.reference,
      smsDeliveryEvents: { status: 'delivered' },
    });
    await core.pendingSignals.apply(50);
    await core.verifications.cancel(scope, id);
    const again = await core.verifications.retry(scope, id, null);
    await core.app
      .get(ErasureService)
      .request('admin:test', scope.tenantId, { by: 'verification', verificationId: id }, null);
    for (let step = 0; step < 6; step += 1) await core.workers.workOff();
    expect(await rows('SELECT length(body_sealed) FROM signals WHERE verification_id = $1', id)).toEqual([
      { length: 0 },
    ]);

    const rotation = await begin(tenant, 'subject');
    for (let phase = 0; phase < 3; phase += 1) {
      await workOff(replica());
      clock.forward(GRACE_S);
    }
    expect(await stateOf(rotation)).toMatchObject({ state: 'done', moved: 1, failed: 0 });
    expect(await rows('SELECT spare_key_role FROM subjects WHERE tenant_id = $1', scope.tenantId)).toEqual([
      { spare_key_role: null },
    ]);
    expect((await core.verifications.get(scope, again.id)).subject?.firstName).toBe('Ana');
  });

  it('keeps the old key of whoever has something that does not open, and forgets it once that is repaired', async () => {
    const { scope, verificationId, subjectId, ...tenant } = await verified();
    const others = await people({ scope, ...tenant }, 3);
    await rows(
      'UPDATE verifications SET identity_sealed = set_byte(identity_sealed, 20, get_byte(identity_sealed, 20) # 1) WHERE id = $1',
      verificationId,
    );
    const through = async (): Promise<KeyRotation> => {
      const rotation = await begin({ scope, ...tenant }, 'subject');
      for (let phase = 0; phase < 3; phase += 1) {
        await workOff(replica());
        clock.forward(GRACE_S);
      }
      return stateOf(rotation);
    };
    const spare = (): Promise<Record<string, unknown>[]> =>
      rows('SELECT spare_key_role FROM subjects WHERE id = $1', subjectId);
    expect(await through()).toMatchObject({ state: 'done', moved: others.length, failed: 1 });
    expect(await spare()).toEqual([{ spare_key_role: 'previous' }]);
    await rows('UPDATE verifications SET identity_sealed = NULL WHERE id = $1', verificationId);
    expect(await through()).toMatchObject({ state: 'done', moved: others.length + 1, failed: 0 });
    expect(await spare()).toEqual([{ spare_key_role: null }]);
  });
});

it('what is sealed for one place opens in no other, though it be of the same person', async () => {
  const { scope, subjectId } = await verified();
  const all = await sealedOf(scope.tenantId, subjectId);
  const key = await held(subjectId);
  expect(openedBy(key, all)).toBe(all.length);
  const moved = all.flatMap(({ place }) =>
    all.filter((other) => other.place !== place).map((other) => ({ ...other, place })),
  );
  expect(moved).toHaveLength(all.length * (all.length - 1));
  expect(openedBy(key, moved)).toBe(0);
});

it('no column with something sealed is forgotten', async () => {
  const columns = await rows<{ name: string }>(
    `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
      WHERE table_schema = 'public' AND column_name LIKE '%sealed' ORDER BY 1`,
  );
  const underDataKey = KEPT_UNDER_DATA_KEY.flatMap(({ placeOf, start }) => {
    const place = placeOf?.(start);
    return place === undefined ? [] : [`${place.table}.${place.column}`];
  });
  const underSubjectKey = KEPT_UNDER_SUBJECT_KEY.flatMap(({ table, columns: sealed }) =>
    // What is kept of a webhook is under one or the other.
    table === 'signals' ? [] : sealed.map((column) => `${table}.${column}`),
  );
  // The spare key itself is under the present one.
  const expected = [...underDataKey, ...underSubjectKey, 'subjects.spare_key_sealed'];
  expect(columns.map(({ name }) => name)).toEqual(expected.sort());
});
