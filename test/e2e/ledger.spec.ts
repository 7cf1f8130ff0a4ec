import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { toTypeId } from '@gatehouse/platform';

import { start } from '../../apps/cli/test/terminal.js';
import { eventually } from '../support/eventually.js';
import {
  type GatewayHarness,
  type GatewayTenant,
  required,
  startGateway,
  text,
} from '../support/gateway-harness.js';
import { connectedTenant, verified } from '../support/verified.js';

const VERIFIER = join(import.meta.dirname, '..', '..', 'tools', 'verify-ledger.mjs');

let harness: GatewayHarness;
let tenant: GatewayTenant;
let account: Awaited<ReturnType<typeof connectedTenant>>['account'];
let folder: string;
let verificationId: string;

beforeAll(async () => {
  harness = await startGateway();
  ({ tenant, account } = await connectedTenant(harness, 'sentinel'));
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-ledger-'));
  verificationId = (await verified(tenant, account)).id;
  await write('key.json', JSON.stringify((await harness.fetch('/.well-known/gatehouse-ledger-key')).json));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await harness.close();
});

async function write(name: string, content: string): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

function offline(...args: readonly string[]): Promise<{ code: number; out: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [VERIFIER, ...args, '--key', join(folder, 'key.json')], (error, out, err) => {
      resolve({ code: Number(error?.code ?? 0), out: out + err });
    });
  });
}

function cli(...args: readonly string[]): Promise<{ code: number; out: string }> {
  const { origin, adminKey } = harness;
  return start(args, { configuration: { url: origin, adminKey, tenantKey: tenant.key, tenant: tenant.id } })
    .done;
}

async function logged(query: string): Promise<readonly Record<string, unknown>[]> {
  const page = required(await harness.admin('GET', `/audit-log?tenantId=${tenant.id}&${query}`), 200);
  return page['data'] as Record<string, unknown>[];
}

function verifiedInLines(body: object): Promise<Response> {
  return fetch(`${harness.origin}/admin/v1/audit-log/verify`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${harness.adminKey}`,
      'content-type': 'application/json',
      accept: 'application/x-ndjson',
    },
    body: JSON.stringify(body),
  });
}

function linesOf(text: string): Record<string, unknown>[] {
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('a receipt', () => {
  it('proves the present status to whoever has the public key and none of our software', async () => {
    const receipt = required(await tenant.call('GET', `/verifications/${verificationId}/receipt`), 200);
    expect(receipt).toMatchObject({ object: 'receipt', verificationId, tenantId: tenant.id });
    expect(JSON.parse(text(receipt, 'entry'))).toMatchObject({
      kind: 'verification.status_changed',
      data: { to: 'verified', source: 'read' },
    });
    expect(text(receipt, 'entry')).not.toContain('@mail.test');
    const file = await write('receipt.json', JSON.stringify(receipt));
    expect(await offline('receipt', file)).toMatchObject({ code: 0 });
    const forged = text(receipt, 'entry').replace('"to": "verified"', '"to": "rejected"');
    const changed = await write('forged.json', JSON.stringify({ ...receipt, entry: forged }));
    expect(await offline('receipt', changed)).toMatchObject({ code: 1 });
  });

  it('is of the status as it is now, also right after a change', async () => {
    const id = (await verified(tenant, account)).id;
    const before = required(await tenant.call('GET', `/verifications/${id}`), 200);
    const receipt = required(await tenant.call('GET', `/verifications/${id}/receipt`), 200);
    expect(JSON.parse(text(receipt, 'entry'))).toMatchObject({ version: before['version'] });
  });

  it('of an identity opens: it proves who was verified, to whoever is shown the salt and the text', async () => {
    const receipt = required(
      await tenant.call('GET', `/verifications/${verificationId}/identity/receipt`),
      200,
    );
    const { salt, value } = receipt['opening'] as { salt: string; value: string };
    const { identity } = (
      JSON.parse(text(receipt, 'entry')) as { data: { commitments: { identity: string } } }
    ).data.commitments;
    const committed = createHash('sha256').update(Buffer.from(salt, 'hex')).update(value).digest('hex');
    expect(committed).toBe(identity);
    const seen = required(await tenant.call('GET', `/verifications/${verificationId}/identity`), 200);
    expect(JSON.parse(value)).toMatchObject({
      person: { firstName: (seen['person'] as { firstName: string }).firstName },
    });
    expect(await offline('receipt', await write('identity.json', JSON.stringify(receipt)))).toMatchObject({
      code: 0,
    });
    const other = { ...receipt, opening: { salt, value: value.replace('"person"', '"nobody"') } };
    expect(await offline('receipt', await write('other.json', JSON.stringify(other)))).toMatchObject({
      code: 1,
    });
    const [view] = await logged('kind=identity.viewed');
    expect(view?.['data']).toMatchObject({ fields: expect.arrayContaining(['person.firstName']) });
  });

  it('of an identity stays the same while the provider says the same', async () => {
    const entryOf = async (): Promise<string> =>
      text(
        required(await tenant.call('GET', `/verifications/${verificationId}/identity/receipt`), 200),
        'entry',
      );
    const before = await entryOf();
    required(await tenant.call('POST', `/verifications/${verificationId}/refresh`), 200);
    expect(await entryOf()).toBe(before);
  });

  it('is nobody else’s', async () => {
    const other = await harness.tenant();
    expect((await other.call('GET', `/verifications/${verificationId}/receipt`)).status).toBe(404);
  });
});

describe('the audit log', () => {
  it('tells who saw which facts of a person, and who searched for it', async () => {
    required(await tenant.call('GET', `/verifications/${verificationId}/identity`), 200);
    const [view] = await logged('kind=identity.viewed');
    expect(view).toMatchObject({ actor: `key:${toTypeId('key', await keyUuid())}`, verificationId });
    expect(view?.['data']).toMatchObject({
      fields: expect.arrayContaining(['person.firstName', 'documents.number']),
    });
    const searches = await logged('kind=audit.searched');
    expect(searches.map(({ data }) => data)).toContainEqual(
      expect.objectContaining({ kind: 'identity.viewed' }),
    );
  });

  it('finds what is about one verification, by one actor, and in a time, page by page', async () => {
    const about = await logged(`verificationId=${verificationId}&limit=200`);
    expect(new Set(about.map((entry) => entry['verificationId']))).toEqual(new Set([verificationId]));
    expect(about.map(({ kind }) => kind)).toContain('verification.created');
    const actor = `key:${toTypeId('key', await keyUuid())}`;
    const byActor = await logged(`actor=${actor}&limit=200`);
    expect(new Set(byActor.map((entry) => entry['actor']))).toEqual(new Set([actor]));
    expect(byActor.map(({ kind }) => kind)).toContain('verification.created');
    for (const wrong of ['kind=ana.ruiz', 'actor=Ana+Ruiz', 'actor=key:key_zzzzzzzzzzzzzzzzzzzzzzzzzz']) {
      expect((await harness.admin('GET', `/audit-log?${wrong}`)).status).toBe(422);
    }
    expect(await logged('until=2020-01-01T00:00:00Z')).toEqual([]);
    const seen: unknown[] = [];
    for (let cursor = ''; ;) {
      const page = required(
        await harness.admin(
          'GET',
          `/audit-log?tenantId=${tenant.id}&kind=verification.created&limit=1${cursor}`,
        ),
        200,
      );
      seen.push(...(page['data'] as unknown[]));
      if (page['nextCursor'] === null) break;
      cursor = `&cursor=${text(page, 'nextCursor')}`;
    }
    expect(seen.length).toBeGreaterThan(1);
    expect(seen).toEqual(await logged('kind=verification.created&limit=200'));
  });

  it('finds in one search who saw whom', async () => {
    required(await tenant.call('GET', `/verifications/${verificationId}/identity`), 200);
    required(await tenant.call('GET', `/verifications/${verificationId}/images`), 200);
    const views = await logged(`about=personal_data&verificationId=${verificationId}&limit=200`);
    expect(new Set(views.map(({ kind }) => kind))).toEqual(new Set(['identity.viewed', 'images.listed']));
    const ofOneKind = await logged('about=personal_data&kind=images.listed&limit=200');
    expect(new Set(ofOneKind.map(({ kind }) => kind))).toEqual(new Set(['images.listed']));
    expect(await logged('about=personal_data&kind=verification.created')).toEqual([]);
    const [search] = await logged('kind=audit.searched&limit=1');
    expect(search?.['data']).toMatchObject({ kind: 'audit.searched' });
    const searches = await logged('kind=audit.searched&limit=10');
    expect(searches.map(({ data }) => data)).toContainEqual(
      expect.objectContaining({ about: 'personal_data', kind: 'verification.created' }),
    );
    expect((await harness.admin('GET', '/audit-log?about=everybody')).status).toBe(422);
  });

  it('has admin actions with before and after, and no secret', async () => {
    const path = `/tenants/${tenant.id}`;
    required(await harness.admin('PATCH', path, { retentionDays: 30 }), 200);
    const [change] = await logged('kind=tenant.changed');
    expect(change?.['data']).toMatchObject({
      before: { settings: { retentionDays: null } },
      after: { settings: { retentionDays: 30 } },
    });
    const [connected] = await logged('kind=connection.created');
    expect(JSON.stringify(connected)).not.toContain('clientSecret');
    expect(connected?.['data']).toMatchObject({ credentials: 'changed' });
  });

  it('is recomputed on demand, with what was kept outside', async () => {
    const verdict = required(await harness.admin('POST', '/audit-log/verify', { tenantId: tenant.id }), 200);
    expect(verdict).toMatchObject({ ok: true, firstBad: null });
    const { data } = required(
      await harness.admin('GET', `/audit-log/checkpoints?tenantId=${tenant.id}`),
      200,
    );
    const [head] = data as { note: string }[];
    const again = await harness.admin('POST', '/audit-log/verify', { checkpoints: [head?.note] });
    expect(required(again, 200)).toMatchObject({ ok: true });
    expect(await logged('kind=audit.verified')).not.toEqual([]);
  });

  it('tells its progress as lines, and the verdict last', async () => {
    const answer = await verifiedInLines({ tenantId: tenant.id });
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = linesOf(await answer.text());
    const [first, ...further] = lines;
    const total = Number(first?.['total']);
    expect(first).toEqual({ checked: 0, total });
    expect(total).toBeGreaterThan(5);
    expect(further.at(-2)).toEqual({ checked: expect.any(Number), total });
    expect(further.at(-1)).toEqual({ ok: true, checked: further.at(-2)?.['checked'], firstBad: null });
    const [written] = await logged('kind=audit.verified&limit=1');
    expect(written?.['data']).toMatchObject({ checked: further.at(-1)?.['checked'], firstBad: null });
  });

  it('answers with a problem of its own what fails before the first line', async () => {
    const strange = await verifiedInLines({ checkpoints: ['nonsense'] });
    expect(strange.status).toBe(422);
    expect(strange.headers.get('content-type')).toBe('application/problem+json');
    expect(await strange.json()).toMatchObject({ errors: [{ pointer: '/checkpoints/0' }] });
  });

  it('says in its last line that it failed in the middle, and gives no verdict', async () => {
    await harness.pool.query('REVOKE SELECT ON ledger_nodes FROM gatehouse_app');
    try {
      const answer = await verifiedInLines({ tenantId: tenant.id });
      const lines = linesOf(await answer.text());
      const requestId = answer.headers.get('x-request-id');
      expect(lines[0]).toMatchObject({ checked: 0 });
      expect(lines.at(-1)).toEqual({
        problem: expect.objectContaining({ code: 'overloaded', status: 503, requestId }),
      });
      expect(lines.some((line) => 'ok' in line)).toBe(false);
      expect(harness.logLines().filter((line) => line.includes('long work failed'))).toEqual([
        expect.stringContaining(requestId ?? 'no id'),
      ]);
    } finally {
      await harness.pool.query('GRANT SELECT ON ledger_nodes TO gatehouse_app');
    }
  });

  it('is exported whole, and verified offline with the checkpoints that were kept', async () => {
    const { data } = required(
      await harness.admin('GET', `/audit-log/checkpoints?tenantId=${tenant.id}&limit=200`),
      200,
    );
    const heads = data as { note: string }[];
    expect(heads.length).toBeGreaterThan(2);
    const exported = await cli('ledger', 'export', tenant.id);
    const file = await write('ledger.jsonl', exported.out);
    const notes = await Promise.all(heads.slice(0, 3).map(({ note }, n) => write(`head-${n}.txt`, note)));
    expect(await offline('export', file, '--checkpoint', ...notes)).toMatchObject({ code: 0 });
    const cut = exported.out.split('\n').filter((_, line) => line !== 4);
    expect(await offline('export', await write('cut.jsonl', cut.join('\n')))).toMatchObject({ code: 1 });
  });
});

describe('gatehouse ledger', () => {
  it('verifies at the gateway, and files offline', async () => {
    expect(await cli('ledger', 'verify', '--tenant', tenant.id)).toMatchObject({ code: 0 });
    const receipt = await cli('ledger', 'receipt', verificationId);
    const file = await write('from-cli.json', receipt.out);
    const key = join(folder, 'key.json');
    expect(await cli('ledger', 'verify', file, '--public-key', key)).toMatchObject({ code: 0 });
    const exported = await write('from-cli.jsonl', (await cli('ledger', 'export', tenant.id)).out);
    expect(await cli('ledger', 'verify', exported, '--public-key', key)).toMatchObject({ code: 0 });
    const forged = await write('bad.json', receipt.out.replace('verified', 'rejected'));
    expect(await cli('ledger', 'verify', forged, '--public-key', key)).toMatchObject({ code: 1 });
    expect(await cli('ledger', 'verify', file)).toMatchObject({ code: 2 });
    expect((await cli('ledger', 'checkpoints')).out).toContain(tenant.id);
  });
});

describe('an erasure', () => {
  it('has a certificate that verifies offline, and leaves receipts from before it valid', async () => {
    const { id } = await verified(tenant, account);
    const before = required(await tenant.call('GET', `/verifications/${id}/receipt`), 200);
    const path = `/tenants/${tenant.id}/erasures`;
    const { id: erasureId } = required(await harness.admin('POST', path, { verificationId: id }), 202);
    const certificate = await eventually(async () => {
      const erasure = required(await harness.admin('GET', `${path}/${String(erasureId)}`), 200);
      expect(erasure['status']).toBe('done');
      return text(erasure, 'certificate');
    });
    const file = await write('certificate.txt', certificate);
    const name = `gatehouse/${tenant.id}/erasure`;
    expect(await offline('note', file, '--name', name)).toMatchObject({ code: 0 });
    const changed = await write(
      'changed.txt',
      certificate.replace('keys destroyed: yes', 'keys destroyed: no'),
    );
    expect(await offline('note', changed, '--name', name)).toMatchObject({ code: 1 });
    expect(await offline('receipt', await write('before.json', JSON.stringify(before)))).toMatchObject({
      code: 0,
    });
    expect((await tenant.call('GET', `/verifications/${id}/identity/receipt`)).status).toBe(410);
    const after = required(await tenant.call('GET', `/verifications/${id}/receipt`), 200);
    expect(JSON.parse(text(after, 'entry'))).toMatchObject({
      kind: 'verification.erased',
      data: { to: 'verified' },
    });
    expect(await offline('receipt', await write('after.json', JSON.stringify(after)))).toMatchObject({
      code: 0,
    });
  });
});

describe('a ledger that cannot be written', () => {
  it('lets nobody see a person', async () => {
    const client = await harness.pool.connect();
    try {
      await client.query('REVOKE INSERT ON ledger_entries FROM gatehouse_app');
      const answer = await tenant.call('GET', `/verifications/${verificationId}/identity`);
      expect(answer.status).toBeGreaterThanOrEqual(500);
      expect(JSON.stringify(answer)).not.toContain('firstName');
    } finally {
      await client.query('GRANT INSERT ON ledger_entries TO gatehouse_app');
      client.release();
    }
    await eventually(async () => {
      required(await tenant.call('GET', `/verifications/${verificationId}/identity`), 200);
    });
  });
});

async function keyUuid(): Promise<string> {
  const { rows } = await harness.pool.query<{ id: string }>(`SELECT id FROM api_keys WHERE hint = $1`, [
    tenant.key.slice(-4),
  ]);
  return rows[0]?.id ?? '';
}
