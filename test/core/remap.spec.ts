import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { type ConnectionInput, Remapper, type RemapResult, type Verification } from '@gatehouse/core';
import { toTypeId } from '@gatehouse/platform';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { type CoreHarness, type HarnessTenant, newVerification, startCore } from '../support/core-harness.js';
import { eventually, present } from '../support/eventually.js';

const PROGRAM = join(
  import.meta.dirname,
  '..',
  '..',
  'dist',
  'apps',
  'gateway',
  'src',
  'remap',
  'remap.main.js',
);
const SINCE = new Date(0);

let core: CoreHarness;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core.close());

/** The numbers as an admin knows them before asking Sentinel what 6 means. */
const WITHOUT_ACCEPTED = { pending: 1, draft: 2, conflict: 3, duplicate: 4, rejected: 5 };

interface Begun extends HarnessTenant {
  readonly verification: Verification;
  readonly email: string;
}

async function map(tenant: HarnessTenant, statusCodes: Readonly<Record<string, unknown>>): Promise<void> {
  const { credentials, settings } = tenant.account.connection;
  const input: ConnectionInput = { credentials, settings: { ...settings, statusCodes } };
  await core.connections.put('test', tenant.scope.tenantId, 'test', 'sentinel', input, null);
}

async function begin(tenant: HarnessTenant): Promise<Begun> {
  const input = newVerification();
  const verification = await core.verifications.create(tenant.scope, input, null);
  return { ...tenant, verification, email: input.subject.email ?? '' };
}

/** Somebody whom Sentinel has accepted, with a number that nobody had mapped. */
async function unmapped(): Promise<Begun> {
  const tenant = await core.tenant('sentinel');
  await map(tenant, WITHOUT_ACCEPTED);
  const begun = await begin(tenant);
  await begun.account.finish(begun.email, 'approve');
  expect(await core.verifications.refresh(tenant.scope, begun.verification.id)).toMatchObject({
    status: 'needs_review',
    reasonCodes: ['provider_status_unmapped'],
  });
  return begun;
}

async function remap({ scope }: HarnessTenant, apply: boolean): Promise<readonly RemapResult[]> {
  const results: RemapResult[] = [];
  const request = { provider: 'sentinel', since: SINCE, tenantId: scope.tenantId, apply };
  for await (const page of core.app.get(Remapper).run(request)) results.push(...page);
  return results;
}

async function rows(text: string, id: string): Promise<Record<string, unknown>[]> {
  return (await core.pool.query<Record<string, unknown>>(text, [id])).rows;
}

const readingsOf = (id: string): Promise<Record<string, unknown>[]> =>
  rows('SELECT * FROM readings WHERE verification_id = $1 ORDER BY read_at', id);

describe('what was read', () => {
  it('is kept once for each different answer, sealed, with the version of the mapping that read it', async () => {
    const { verification, scope, account, email } = await unmapped();
    const [first] = await readingsOf(verification.id);
    await core.verifications.refresh(scope, verification.id);
    const again = await readingsOf(verification.id);
    expect(again).toEqual([
      { ...first, read_at: expect.any(Date), mapping_version: 1, provider: 'sentinel' },
    ]);
    expect(present(again[0], 'reading')['read_at']).not.toEqual(first?.['read_at']);
    const sealed = Buffer.from(again[0]?.['evidence_sealed'] as Buffer).toString('latin1');
    expect(sealed).not.toContain(email);

    await account.control('POST', `/customers/${encodeURIComponent(email)}/status`, { status: 'rejected' });
    await core.verifications.refresh(scope, verification.id);
    expect(await readingsOf(verification.id)).toHaveLength(2);
  });

  it('is kept of the last twenty different answers', async () => {
    const { verification, scope, account, email } = await unmapped();
    await rows(
      `INSERT INTO readings SELECT tenant_id, verification_id, sha256(n::text::bytea), environment, provider, 1, evidence_sealed,
              read_at - n * interval '1 hour' FROM readings, generate_series(1, 25) n WHERE verification_id = $1`,
      verification.id,
    );
    await account.control('POST', `/customers/${encodeURIComponent(email)}/status`, { status: 'rejected' });
    await core.verifications.refresh(scope, verification.id);
    expect(await readingsOf(verification.id)).toHaveLength(20);
  });

  it('is not kept once the person has withdrawn', async () => {
    const tenant = await core.tenant('sardine');
    const input = newVerification();
    const { id } = await core.verifications.create(tenant.scope, input, null);
    const phone = input.subject.phone ?? '';
    await tenant.account.finish(phone, 'approve');
    expect((await core.verifications.refresh(tenant.scope, id)).status).toBe('verified');
    expect(await readingsOf(id)).toHaveLength(1);
    await tenant.account.control('POST', `/people/${encodeURIComponent(phone)}/revoke-consent`, {});
    expect((await core.verifications.refresh(tenant.scope, id)).status).toBe('revoked');
    expect(await readingsOf(id)).toEqual([]);
  });
});

describe('a changed mapping', () => {
  it('is shown without changing anything, and counts when it is applied, once', async () => {
    const begun = await unmapped();
    const { verification, scope } = begun;
    const { id } = verification;
    // As if an older mapping had read it.
    await rows('UPDATE readings SET mapping_version = 0 WHERE verification_id = $1', id);
    expect(await remap(begun, false)).toMatchObject([{ outcome: 'unchanged', mapping: { from: 0, to: 1 } }]);
    await map(begun, { ...WITHOUT_ACCEPTED, accepted: 6 });

    const before = await rows('SELECT * FROM verifications WHERE id = $1', id);
    const shown = await remap(begun, false);
    expect(shown).toMatchObject([
      {
        verificationId: id,
        outcome: 'would_change',
        mapping: { from: 0, to: 1 },
        before: { status: 'needs_review', reasonCodes: ['provider_status_unmapped'] },
        after: { status: 'verified', reasonCodes: [] },
      },
    ]);
    expect(await rows('SELECT * FROM verifications WHERE id = $1', id)).toEqual(before);

    expect(await remap(begun, true)).toMatchObject([{ outcome: 'changed', after: { status: 'verified' } }]);
    expect(await core.verifications.get(scope, id)).toMatchObject({
      status: 'verified',
      provider: { source: 'read' },
    });
    const { identity, retrievedAt } = await core.verifications.identity(scope, id);
    expect(identity.person.email).toBe(begun.email);
    expect(retrievedAt).toEqual(shown[0]?.readAt);
    expect(await remap(begun, true)).toMatchObject([{ outcome: 'unchanged', mapping: { from: 1, to: 1 } }]);

    const { chain, mappingVersion } = await core.verifications.explain(scope, id);
    expect(mappingVersion).toBe(1);
    expect(chain.filter(({ what }) => what === 'remap')).toMatchObject([
      {
        outcome: 'applied',
        actor: 'system',
        statusBefore: 'needs_review',
        statusAfter: 'verified',
        mappingVersion: 1,
        formerMappingVersion: 0,
        isDecisive: true,
      },
    ]);
    expect(
      await rows(
        `SELECT data FROM ledger_entries WHERE verification_id = $1 AND data ->> 'why' = 'remap'`,
        id,
      ),
    ).toMatchObject([
      {
        data: {
          signal: 'remap',
          from: 'needs_review',
          to: 'verified',
          formerMappingVersion: 0,
          mappingVersion: 1,
        },
      },
    ]);
    // The provider says the same, so nothing is news.
    const { version } = await core.verifications.get(scope, id);
    expect(await core.verifications.refresh(scope, id)).toMatchObject({ status: 'verified', version });
  });

  it('looks at the last answer only', async () => {
    const begun = await unmapped();
    const { verification, scope, account, email } = begun;
    await account.control('POST', `/customers/${encodeURIComponent(email)}/status`, { status: 'rejected' });
    await core.verifications.refresh(scope, verification.id);
    await map(begun, { ...WITHOUT_ACCEPTED, accepted: 6 });
    expect(await remap(begun, true)).toMatchObject([
      { outcome: 'unchanged', before: { status: 'rejected' } },
    ]);
  });

  it('moves nobody who was called off, withdrew or was not there later, and forces no move that is none', async () => {
    const canceled = await unmapped();
    await core.verifications.cancel(canceled.scope, canceled.verification.id);
    const absent = await unmapped();
    await absent.account.control('POST', '/faults', { on: 'request', kind: 'status', status: 404, times: 9 });
    await core.verifications.refresh(absent.scope, absent.verification.id);
    for (const each of [canceled, absent]) await map(each, { ...WITHOUT_ACCEPTED, accepted: 6 });
    expect(await remap(canceled, true)).toMatchObject([
      { outcome: 'closed', before: { status: 'canceled' } },
    ]);
    expect(await remap(absent, true)).toMatchObject([
      { outcome: 'stale', before: { status: 'needs_review' } },
    ]);

    const tenant = await core.tenant('sentinel');
    const begun = await begin(tenant);
    await begun.account.finish(begun.email, 'approve');
    await core.verifications.refresh(begun.scope, begun.verification.id);
    await map(begun, { draft: 2, pending: [1, 6] });
    expect(await remap(begun, true)).toMatchObject([
      { outcome: 'not_allowed', before: { status: 'verified' }, after: { status: 'processing' } },
    ]);
  });

  it('tells of what it cannot read, and of whose data is gone', async () => {
    const erased = await unmapped();
    await rows('UPDATE subjects SET key_wrapped = NULL WHERE tenant_id = $1', erased.scope.tenantId);
    expect(await remap(erased, true)).toMatchObject([{ outcome: 'erased', after: null }]);
    const removed = await unmapped();
    await rows('DELETE FROM connections WHERE tenant_id = $1', removed.scope.tenantId);
    // What was not done by this process is seen within a second.
    await eventually(async () => {
      expect(await remap(removed, true)).toMatchObject([{ outcome: 'not_connected', after: null }]);
    });
    await expect(
      core.app.get(Remapper).run({ provider: 'nobody', since: SINCE, tenantId: null, apply: false }).next(),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('npm run remap', () => {
  const run = (...given: string[]): Promise<{ stdout: string; stderr: string }> =>
    promisify(execFile)(process.execPath, [PROGRAM, ...given], {
      env: { ...core.environment, ALLOW_PRIVATE_NETWORKS: 'true' },
    });

  it('tells of one tenant as JSON lines, applies, and says that it did', async () => {
    const begun = await unmapped();
    await map(begun, { ...WITHOUT_ACCEPTED, accepted: 6 });
    const tenant = toTypeId('tnt', begun.scope.tenantId);
    const given = ['--provider', 'sentinel', '--since', '2020-01-01', '--tenant', tenant];
    const table = await run(...given);
    const line = table.stdout
      .split('\n')
      .find((each) => each.startsWith(toTypeId('ver', begun.verification.id)));
    expect(line).toMatch(/ would_change +needs_review +verified +1 > 1 +provider_status_unmapped > none$/u);
    expect(table.stderr).toContain('Nothing was changed.');

    const { stdout } = await run(...given, '--apply', '--json');
    expect(
      stdout
        .trim()
        .split('\n')
        .map((each) => JSON.parse(each) as unknown),
    ).toMatchObject([
      { tenantId: tenant, verificationId: toTypeId('ver', begun.verification.id), outcome: 'changed' },
      { totals: { seen: 1, changed: 1 } },
    ]);
    expect((await core.verifications.get(begun.scope, begun.verification.id)).status).toBe('verified');
  });
});
