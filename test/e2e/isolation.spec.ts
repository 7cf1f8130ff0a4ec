import { createHmac } from 'node:crypto';

import { fromTypeId } from '@gatehouse/platform';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { collected } from '../support/collected.js';
import { eventually } from '../support/eventually.js';
import { ALL_SCOPES, type Answer, required, startGateway } from '../support/gateway-harness.js';
import {
  idPrefixOf,
  IsolationWorld,
  missingId,
  REFERENCE,
  type Side,
  SUBJECT,
  ownObject,
} from '../support/isolation-world.js';
import {
  type ApiDescription,
  type Operation,
  operationsOf,
  parametersOf,
} from '../support/openapi/api-description.js';

/*
 * RELIABILITY.md D.4. Two tenants and the two environments of one of them know the same person by the same reference, so that
 * nothing but the walls between them can make a difference. The matrix comes from the OpenAPI document: a new operation with
 * an id in its path is in it without anybody thinking of it.
 */

let world: IsolationWorld;
let operations: readonly Operation[];
let ours: Side;
let oursLive: Side;
let theirs: Side;
/** Keys that open nothing, by why. */
let deadKeys: ReadonlyMap<string, string | null>;

beforeAll(async () => {
  world = new IsolationWorld(
    await startGateway(
      {},
      { rateLimits: { requestsPerKey: 1e6, failuresPerAddress: 1e6, windowSeconds: 60 } },
    ),
  );
  const { json } = await world.harness.fetch('/openapi.json');
  operations = operationsOf(json as unknown as ApiDescription);
  const tenantId = await world.tenantId();
  ours = await world.side(tenantId, 'test');
  oursLive = await world.side(tenantId, 'live');
  theirs = await world.side(await world.tenantId(), 'test');
  deadKeys = new Map<string, string | null>([
    ['no key', null],
    ['a revoked key', await revokedKey(tenantId)],
    ['the key of a suspended tenant', await suspendedKey()],
    ['an unknown key', `${ours.key.slice(0, -1)}${ours.key.endsWith('0') ? '1' : '0'}`],
  ]);
});
afterAll(() => world.harness.close());

async function revokedKey(tenantId: string): Promise<string> {
  const { id, key } = await world.apiKey(tenantId);
  required(await world.call(key, 'GET', '/v1/me'), 200);
  expect((await world.harness.admin('DELETE', `/tenants/${tenantId}/api-keys/${id}`)).status).toBe(204);
  return key;
}

async function suspendedKey(): Promise<string> {
  const suspended = await world.side(await world.tenantId(), 'test');
  await suspended.create();
  required(await world.harness.admin('POST', `/tenants/${suspended.tenantId}/suspend`), 200);
  return suspended.key;
}

/** What may differ between two answers about nothing. */
function essence(answer: Answer): Record<string, unknown> {
  const members = Object.entries(answer.json).filter(([name]) => name !== 'requestId' && name !== 'instance');
  return {
    status: answer.status,
    contentType: answer.headers.get('content-type'),
    ...Object.fromEntries(members),
  };
}

const isTenants = ({ admission }: Operation): boolean => admission.kind === 'tenant';
const isAdmins = ({ admission }: Operation): boolean => admission.kind === 'admin';
const idsOf = (operation: Operation): readonly string[] =>
  parametersOf(operation, 'path')
    .map(({ name }) => name)
    .filter((name) => idPrefixOf(operation, name) !== null);

describe('an operation on one object of a tenant', () => {
  const matrix = (): readonly Operation[] =>
    operations.filter((operation) => isTenants(operation) && idsOf(operation).length > 0);

  /** Any operation on one of the resources with such ids. */
  const onOne = (prefix: string): Operation => {
    const found = matrix().find((operation) => idPrefixOf(operation, 'id') === prefix);
    if (found === undefined) throw new Error(`no operation is on a ${prefix}`);
    return found;
  };
  const objectOf = async (side: Side, prefix: string): Promise<string> =>
    (await ownObject(side, onOne(prefix)))['id'] ?? '';

  it('is one of those that this file has objects for', () => {
    expect(matrix().length).toBeGreaterThanOrEqual(13);
    const kinds = new Set(
      matrix().map((operation) =>
        idsOf(operation)
          .map((name) => idPrefixOf(operation, name))
          .join(),
      ),
    );
    expect([...kinds].sort()).toEqual(['dlv', 'imp', 'ver', 'ver,img', 'whe']);
  });

  it('reaches the own one, and answers for any other as for one that does not exist', async () => {
    const theirVerification = await theirs.create();
    const liveVerification = await oursLive.create();
    const foreign = new Map<string, readonly (readonly [whose: string, id: string])[]>([
      [
        'ver',
        [
          ['another tenant’s', theirVerification],
          ['the other environment’s', liveVerification],
        ],
      ],
    ]);
    for (const prefix of ['imp', 'whe', 'dlv']) {
      foreign.set(prefix, [
        ['another tenant’s', await objectOf(theirs, prefix)],
        ['the other environment’s', await objectOf(oursLive, prefix)],
      ]);
    }
    await collected(
      matrix(),
      ({ id }) => id,
      async (operation) => {
        const own = await ownObject(ours, operation);
        const prefix = idPrefixOf(operation, 'id') ?? '';
        const reached = await world.operate(ours.key, operation, own);
        const statuses = Object.keys(operation.responses).filter((status) => status.startsWith('2'));
        expect({ id: operation.id, statuses: [String(reached.status)] }).toEqual({
          id: operation.id,
          statuses,
        });

        const missing = await world.operate(ours.key, operation, { ...own, id: missingId(prefix) });
        expect(missing.status).toBe(404);
        for (const [whose, id] of foreign.get(prefix) ?? []) {
          const answer = await world.operate(ours.key, operation, { ...own, id });
          expect({ whose, ...essence(answer) }).toEqual({ whose, ...essence(missing) });
        }
        const { id: known = '' } = own;
        for (const id of [
          ours.tenantId,
          ours.keyId,
          missingId('con'),
          known.slice(0, -1),
          `${known}0`,
          known.toUpperCase(),
          known.slice(4),
          `${prefix}_`,
          '%',
        ]) {
          const answer = await world.operate(ours.key, operation, { ...own, id });
          expect({ id, status: answer.status, code: answer.json['code'] }).toEqual({
            id,
            status: 404,
            code: 'not_found',
          });
        }
      },
    );
    // Nobody touched what is theirs: made once, never changed since.
    expect((await theirs.call('GET', `/verifications/${theirVerification}`)).json).toMatchObject({
      status: 'requires_input',
      version: 1,
    });
    expect((await oursLive.call('GET', `/verifications/${liveVerification}`)).json).toMatchObject({
      status: 'requires_input',
      version: 1,
    });
  });

  it('does not even say whether there is one to who may not call it', async () => {
    const own = await ours.create();
    const targets = [own, await theirs.create(), await oursLive.create(), missingId('ver'), 'malformed'];
    const keys = new Map<string, string>();
    for (const scope of ALL_SCOPES) {
      const others = ALL_SCOPES.filter((other) => other !== scope);
      keys.set(scope, (await world.apiKey(ours.tenantId, 'test', others)).key);
    }
    await collected(
      matrix(),
      ({ id }) => id,
      async (operation) => {
        const { admission } = operation;
        const scope = admission.kind === 'tenant' ? (admission.scopes[0] ?? '') : '';
        const shut = [
          ['a key without the scope', keys.get(scope) ?? '', 403],
          ['an admin key', world.harness.adminKey, 403],
          ...[...deadKeys].map(([why, key]) => [why, key, 401] as const),
        ] as const;
        for (const [why, key, status] of shut) {
          const answers = await Promise.all(
            targets.map((id) => world.operate(key, operation, { id, imageId: missingId('img') })),
          );
          expect({ why, statuses: answers.map((answer) => answer.status) }).toEqual({
            why,
            statuses: targets.map(() => status),
          });
          expect(new Set(answers.map((answer) => JSON.stringify(essence(answer)))).size).toBe(1);
        }
      },
    );
    expect((await ours.call('GET', `/verifications/${own}`)).json).toMatchObject({
      status: 'requires_input',
      version: 1,
    });
  });
});

describe('an operation of operators', () => {
  /** With something erased and something held back only for those that are about that: it takes a while. */
  const scratch = async (path = '/erasures'): Promise<Record<string, string>> => {
    const id = await world.tenantId();
    await world.connect(id, 'test', 'dentity');
    // Another one, because the connection that a policy names cannot be removed.
    await world.connect(id, 'test', 'sardine');
    required(
      await world.harness.admin('PUT', `/tenants/${id}/routing?environment=test`, { provider: 'sardine' }),
      200,
    );
    const { id: keyId, key } = await world.apiKey(id);
    const erased = /\/(?:erasures|holds)/.test(path) ? await world.erased(id, key) : {};
    const version = await world.propose(id, 'test');
    return { id, keyId, provider: 'dentity', version, ...erased };
  };

  /** What an operation that names no tenant in its path is about. */
  const operatorsOwn = async (
    operation: Operation,
    { id: tenantId = '' }: Readonly<Record<string, string>>,
  ): Promise<Readonly<Record<string, string>>> => {
    switch (idPrefixOf(operation, 'id')) {
      case 'whe':
      case 'dlv': {
        const { key } = await world.apiKey(tenantId);
        const { endpointId = '', deliveryId = '', replayId = '' } = await world.posted(key);
        return { id: idPrefixOf(operation, 'id') === 'whe' ? endpointId : deliveryId, replayId };
      }
      case 'rot': {
        const { data } = required(await world.harness.admin('POST', '/keys/rotate', { tenantId }), 202);
        return { id: (data as { id: string }[])[0]?.id ?? '' };
      }
      default:
        return { id: (await world.adminKey('support')).id };
    }
  };

  it('reaches an object through its own tenant only', async () => {
    await collected(
      operations.filter((operation) => isAdmins(operation) && idsOf(operation).length > 0),
      ({ id }) => id,
      async (operation) => {
        const isOfTenant = operation.path.startsWith('/admin/v1/tenants/');
        const isOfVerification = operation.path.startsWith('/admin/v1/verifications/');
        const pair = async (): Promise<readonly Readonly<Record<string, string>>[]> => {
          if (isOfVerification) return [await ownObject(ours, operation), await ownObject(theirs, operation)];
          const scratched = [await scratch(operation.path), await scratch(operation.path)];
          return isOfTenant
            ? scratched
            : Promise.all(scratched.map((tenant) => operatorsOwn(operation, tenant)));
        };
        const [own = {}, other = {}] = await pair();
        const admin = world.harness.adminKey;
        for (const name of idsOf(operation)) {
          const prefix = idPrefixOf(operation, name) ?? '';
          const missing = await world.operate(admin, operation, { ...own, [name]: missingId(prefix) });
          expect({ name, status: missing.status }).toEqual({ name, status: 404 });
          if (name !== 'id') {
            const foreign = await world.operate(admin, operation, { ...own, [name]: other[name] ?? '' });
            expect(essence(foreign)).toEqual(essence(missing));
          }
          for (const id of [
            missingId('ver'),
            missingId('doc'),
            'malformed',
            `${own[name] ?? ''}0`,
            (own[name] ?? '').slice(4),
          ]) {
            expect({
              id,
              status: (await world.operate(admin, operation, { ...own, [name]: id })).status,
            }).toEqual({ id, status: 404 });
          }
        }
        const reached = await world.operate(admin, operation, own);
        if (reached.json['code'] !== 'capability_unsupported') expect(reached.status).toBeLessThan(300);
      },
    );
  });

  it('is for the roles that it names, and for no tenant', async () => {
    const own = await scratch();
    const roles = ['support', 'auditor', 'approver'];
    const keys = new Map(
      await Promise.all(roles.map(async (role) => [role, (await world.adminKey(role)).key] as const)),
    );
    await collected(
      operations.filter(isAdmins),
      ({ id }) => id,
      async (operation) => {
        const { admission } = operation;
        for (const [role, key] of keys) {
          const answer = await world.operate(key, operation, own);
          const isAllowed = admission.kind === 'admin' && admission.roles.includes(role);
          expect({ role, isRefused: answer.status === 403 }).toEqual({ role, isRefused: !isAllowed });
        }
        for (const key of [ours.key, oursLive.key])
          expect((await world.operate(key, operation, own)).status).toBe(403);
        for (const [why, key] of deadKeys) {
          expect({ why, status: (await world.operate(key, operation, own)).status }).toEqual({
            why,
            status: 401,
          });
        }
      },
    );
    // The refused writes left no trace.
    expect((await world.harness.admin('GET', `/tenants/${own['id'] ?? ''}`)).json).toMatchObject({
      status: 'active',
      // Since a proposal can be made, which is before them.
      version: 2,
    });
  });

  it('forgets what was removed', async () => {
    const { id = '', keyId = '' } = await scratch();
    const connection = `/tenants/${id}/connections/dentity?environment=test`;
    expect((await world.harness.admin('DELETE', connection)).status).toBe(204);
    for (const [method, path] of [
      ['GET', connection],
      ['DELETE', connection],
      ['POST', connection.replace('?', '/check?')],
    ] as const) {
      expect({ method, status: (await world.harness.admin(method, path)).status }).toEqual({
        method,
        status: 404,
      });
    }
    expect((await world.harness.admin('DELETE', `/tenants/${id}/api-keys/${keyId}`)).status).toBe(204);
    expect((await world.harness.admin('POST', `/tenants/${id}/api-keys/${keyId}/rotate`)).status).toBe(409);
  });
});

describe('lists', () => {
  const idsIn = (answer: Answer): readonly string[] =>
    (required(answer, 200)['data'] as { id: string }[]).map(({ id }) => id);

  it('show what is the caller’s, whatever they are filtered by', async () => {
    const sides = await freshSides();
    const own = new Map<Side, string>();
    for (const side of sides) own.set(side, await side.create());
    const queries = [
      '',
      `?reference=${REFERENCE}`,
      '?provider=sentinel',
      '?status=requires_input',
      '?createdAfter=2000-01-01T00:00:00Z',
      '?createdBefore=2999-01-01T00:00:00Z',
    ];
    for (const side of sides) {
      const mine = [own.get(side)];
      for (const query of queries)
        expect({ query, ids: idsIn(await side.call('GET', `/verifications${query}`)) }).toEqual({
          query,
          ids: mine,
        });
      for (const body of [SUBJECT, { email: SUBJECT.email }, { phone: SUBJECT.phone }]) {
        expect(idsIn(await side.call('POST', '/verifications/search', body))).toEqual(mine);
      }
    }
  });

  it('follow another tenant’s cursor to nothing of the other tenant’s', async () => {
    const [a, live, b] = await freshSides();
    const sides = [a, live, b];
    const own = new Map<Side, string[]>();
    for (let round = 0; round < 3; round += 1)
      for (const side of sides) own.set(side, [...(own.get(side) ?? []), await side.create()]);
    for (const from of sides) {
      const cursors = [
        required(await from.call('GET', '/verifications?limit=1'), 200)['nextCursor'],
        required(await from.call('POST', '/verifications/search?limit=1', SUBJECT), 200)['nextCursor'],
      ];
      for (const cursor of cursors.map(String)) {
        for (const to of sides) {
          const mine = own.get(to) ?? [];
          const listed = [
            ...idsIn(await to.call('GET', `/verifications?cursor=${cursor}`)),
            ...idsIn(await to.call('POST', `/verifications/search?cursor=${cursor}`, SUBJECT)),
          ];
          expect(listed.filter((id) => !mine.includes(id))).toEqual([]);
        }
      }
    }
    // A result is about the newest one that waits for it.
    const told = own.get(b)?.at(-1) ?? '';
    await verify(b, told);
    const events = required(await b.call('GET', `/verifications/${told}/events?limit=1`), 200);
    const [mine = ''] = own.get(a) ?? [];
    const shown = required(
      await a.call('GET', `/verifications/${mine}/events?cursor=${String(events['nextCursor'])}`),
      200,
    );
    const known = required(await a.call('GET', `/verifications/${mine}/events`), 200);
    const knownIds = (known['data'] as { id: string }[]).map(({ id }) => id);
    expect((shown['data'] as { id: string }[]).filter(({ id }) => !knownIds.includes(id))).toEqual([]);
  });

  it('of keys, connections and policies end at the tenant and the environment', async () => {
    const tenantId = await world.tenantId();
    await world.connect(tenantId, 'test', 'dentity');
    required(
      await world.harness.admin('PUT', `/tenants/${tenantId}/routing?environment=test`, {
        provider: 'dentity',
      }),
      200,
    );
    const { id } = await world.apiKey(tenantId, 'live');
    const listed = required(await world.harness.admin('GET', `/tenants/${tenantId}/api-keys`), 200);
    expect((listed['data'] as { id: string }[]).map((key) => key.id)).toEqual([id]);
    for (const path of ['connections/dentity', 'routing']) {
      expect((await world.harness.admin('GET', `/tenants/${tenantId}/${path}?environment=test`)).status).toBe(
        200,
      );
      expect((await world.harness.admin('GET', `/tenants/${tenantId}/${path}?environment=live`)).status).toBe(
        404,
      );
    }
    const { key } = await world.apiKey(tenantId, 'live');
    expect((await world.call(key, 'GET', '/v1/me')).json).toMatchObject({
      environment: 'live',
      provider: null,
      capabilities: [],
    });
    const refused = await world.call(key, 'POST', '/v1/verifications', { subject: SUBJECT });
    expect(refused.json).toMatchObject({ status: 409, code: 'provider_not_configured' });
  });
});

describe('the ledger', () => {
  const ROUTES = [
    ['GET', ''],
    ['POST', '/verify'],
    ['GET', '/checkpoints'],
    ['GET', '/export'],
  ] as const;
  const ask = async (path: string): Promise<{ tenantId: string }[]> =>
    required(await world.harness.admin('GET', `/audit-log${path}`), 200)['data'] as { tenantId: string }[];
  const tenantsIn = (rows: readonly { tenantId: string }[]): readonly string[] => [
    ...new Set(rows.map(({ tenantId }) => tenantId)),
  ];

  it('is shown to admins and auditors, and to no other operator and no tenant', async () => {
    const expected = { admin: true, auditor: true, support: false, approver: false };
    for (const [role, isShown] of Object.entries(expected)) {
      const { key } = await world.adminKey(role);
      for (const [method, path] of ROUTES) {
        const answer = await world.call(key, method, `/admin/v1/audit-log${path}?tenantId=${ours.tenantId}`);
        expect({ role, path, status: answer.status }).toEqual({ role, path, status: isShown ? 200 : 403 });
      }
    }
    for (const [method, path] of ROUTES) {
      expect((await world.call(ours.key, method, `/admin/v1/audit-log${path}`)).status).toBe(403);
    }
  });

  it('tells of the tenant that was asked for and of no other', async () => {
    const [a, live, b] = await freshSides();
    const verifications = new Map<Side, string>();
    for (const side of [a, live, b]) verifications.set(side, await side.create());
    for (const side of [a, live, b]) {
      required(await side.call('GET', `/verifications/${verifications.get(side) ?? ''}/receipt`), 200);
    }
    for (const { tenantId } of [a, b]) {
      const rows = await ask(`?tenantId=${tenantId}&limit=100`);
      expect(tenantsIn(rows)).toEqual([tenantId]);
      expect(tenantsIn(await ask(`/checkpoints?tenantId=${tenantId}`))).toEqual([tenantId]);

      const exported = await world.harness.admin('GET', `/audit-log/export?tenantId=${tenantId}`);
      const lines = exported.text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { entry?: string; checkpoint?: string });
      const entries = lines.flatMap(({ entry }) =>
        entry === undefined ? [] : [JSON.parse(entry) as Record<string, unknown>],
      );
      expect(entries.length).toBeGreaterThan(5);
      expect([...new Set(entries.map((entry) => entry['tenant_id']))]).toEqual([fromTypeId('tnt', tenantId)]);
      expect(lines.at(-1)?.checkpoint).toContain(`gatehouse/${tenantId}\n`);

      const verdict = await world.harness.admin('POST', '/audit-log/verify', { tenantId });
      expect(required(verdict, 200)).toMatchObject({ ok: true });
    }
    // Their verification and their cursor, asked for in our ledger.
    const theirVerification = verifications.get(b) ?? '';
    expect(await ask(`?tenantId=${b.tenantId}&verificationId=${theirVerification}`)).not.toEqual([]);
    expect(await ask(`?tenantId=${a.tenantId}&verificationId=${theirVerification}`)).toEqual([]);
    const page = required(await world.harness.admin('GET', `/audit-log?tenantId=${b.tenantId}&limit=1`), 200);
    const followed = await ask(`?tenantId=${a.tenantId}&cursor=${String(page['nextCursor'])}`);
    expect(tenantsIn(followed)).toEqual([a.tenantId]);
    // A checkpoint of theirs proves nothing about ours.
    const [theirHead] = (await ask(`/checkpoints?tenantId=${b.tenantId}`)) as unknown as { note: string }[];
    const mixed = { tenantId: a.tenantId, checkpoints: [theirHead?.note ?? ''] };
    const verdict = await world.harness.admin('POST', '/audit-log/verify', mixed);
    expect(verdict.json).toMatchObject({ status: 422, errors: [{ pointer: '/checkpoints/0' }] });

    // What is of no tenant names none of theirs; who does not exist has no ledger.
    for (const { tenantId } of [a, b]) expect(tenantsIn(await ask('?limit=100'))).not.toContain(tenantId);
    for (const path of ['?', '/checkpoints?', '/export?']) {
      expect((await world.harness.admin('GET', `/audit-log${path}tenantId=${missingId('tnt')}`)).status).toBe(
        404,
      );
    }
  });
});

describe('an idempotency key', () => {
  it('is the caller’s own: the same one means nothing to another tenant or environment', async () => {
    const headers = { 'idempotency-key': 'order-1001' };
    const made = new Map<string, string>();
    for (const [name, side] of [
      ['ours', ours],
      ['live', oursLive],
      ['theirs', theirs],
    ] as const) {
      const first = await side.call('POST', '/verifications', { subject: SUBJECT, reference: name }, headers);
      expect(first.headers.get('idempotent-replayed')).toBeNull();
      expect(required(first, 201)).toMatchObject({ reference: name, environment: side.environment });
      const again = await side.call('POST', '/verifications', { subject: SUBJECT, reference: name }, headers);
      expect(again.headers.get('idempotent-replayed')).toBe('true');
      expect(again.text).toBe(first.text);
      made.set(name, String(first.json['id']));
    }
    expect(new Set(made.values()).size).toBe(3);
  });
});

describe('a webhook', () => {
  it('is refused at the address of one tenant with the proof of another', async () => {
    const [ours, oursLive, theirs] = await freshSides();
    const id = await ours.create({ provider: 'dentity' });
    const reference = await providerReference(ours, id);
    const body = Buffer.from(
      JSON.stringify({ type: 'verification_status', _id: reference, status: 'verified' }),
    );
    const sign = (side: Side): Record<string, string> => ({
      'content-type': 'application/json',
      'dentity-signature': createHmac('sha256', side.dentity.connection.credentials['secretKey'] ?? '')
        .update(body)
        .digest('base64'),
    });
    const address = await world.webhookUrl(ours, 'dentity');
    for (const stranger of [theirs, oursLive]) {
      expect(
        (
          await world.harness.fetch(new URL(address).pathname, {
            method: 'PUT',
            headers: sign(stranger),
            body,
          })
        ).status,
      ).toBe(401);
    }
    const passphrase = theirs.sentinel.connection.credentials['callbackPassphrase'];
    const forged = { passphrase, uuid: 'a', email: SUBJECT.email, newStatus: 6 };
    const sentinel = new URL(await world.webhookUrl(ours, 'sentinel')).pathname;
    expect((await world.call(null, 'POST', sentinel, forged)).status).toBe(401);
    expect((await ours.call('GET', `/verifications/${id}`)).json['status']).toBe('requires_input');
    expect(await signals(ours)).toEqual([]);
  });

  it('finds no address in which the tenant, the connection, the provider or the token is another’s', async () => {
    const [, hooks = '', provider = '', connection = '', token = ''] = new URL(
      await world.webhookUrl(ours, 'dentity'),
    ).pathname.split('/');
    const others = await Promise.all(
      [theirs, oursLive].map(async (side) =>
        new URL(await world.webhookUrl(side, 'dentity')).pathname.split('/'),
      ),
    );
    const wrong = [
      ...others.flatMap(([, , , otherConnection = '', otherToken = '']) => [
        [provider, otherConnection, token],
        [provider, connection, otherToken],
      ]),
      ['sentinel', connection, token],
      ['sardine', connection, token],
      [provider, missingId('con'), token],
      [provider, connection, `${token.slice(0, 26)}${'0'.repeat(token.length - 26)}`],
      [provider, connection, token.slice(0, -1)],
      [provider, connection, `${token}0`],
    ];
    for (const parts of wrong) {
      expect((await world.call(null, 'PUT', `/${[hooks, ...parts].join('/')}`, {})).status).toBe(404);
    }
  });

  it('changes nothing of another tenant’s whose person it names, however well it is signed', async () => {
    const [ours, , theirs] = await freshSides();
    const id = await theirs.create({ provider: 'dentity' });
    const reference = await providerReference(theirs, id);
    const before = await theirs.call('GET', `/verifications/${id}`);
    const body = Buffer.from(
      JSON.stringify({
        type: 'verification_status',
        _id: reference,
        status: 'failed',
        metadata: { verificationId: id },
      }),
    );
    const secret = ours.dentity.connection.credentials['secretKey'] ?? '';
    const headers = {
      'content-type': 'application/json',
      'dentity-signature': createHmac('sha256', secret).update(body).digest('base64'),
    };
    const { pathname } = new URL(await world.webhookUrl(ours, 'dentity'));
    expect((await world.harness.fetch(pathname, { method: 'PUT', headers, body })).status).toBe(200);
    const kept = await signals(ours);
    expect(kept).toEqual([{ state: 'orphan', verification_id: null }]);
    expect((await theirs.call('GET', `/verifications/${id}`)).text).toBe(before.text);
  });
});

function signals({ tenantId }: Side): Promise<{ state: string; verification_id: string | null }[]> {
  const text = 'SELECT state, verification_id FROM signals WHERE tenant_id = $1';
  return world.harness.database.across.query({ name: 'test_signals', text }, [fromTypeId('tnt', tenantId)]);
}

async function freshSides(): Promise<readonly [Side, Side, Side]> {
  const tenantId = await world.tenantId();
  return [
    await world.side(tenantId, 'test'),
    await world.side(tenantId, 'live'),
    await world.side(await world.tenantId(), 'test'),
  ];
}

async function verify(side: Side, id: string): Promise<void> {
  await side.sentinel.finish(SUBJECT.email, 'approve');
  await eventually(async () => {
    expect((await side.call('GET', `/verifications/${id}`)).json).toMatchObject({
      status: 'verified',
      evidence: { identity: true },
    });
  });
}

async function providerReference(side: Side, id: string): Promise<string> {
  const { provider } = required(await side.call('GET', `/verifications/${id}`), 200) as {
    provider: { reference: string };
  };
  return provider.reference;
}
