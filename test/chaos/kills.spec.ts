import { randomUUID } from 'node:crypto';

import { toTypeId } from '@gatehouse/platform';
import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { present } from '../support/eventually.js';
import { tamper } from '../support/ledger-tampering.js';
import { type Cell, cells } from './kills/cells.js';
import { KillCase } from './kills/kill-case.js';
import { type KillWorld, openKillWorld } from './kills/kill-world.js';
import { MIGRATION_STOPS, strikeMigration } from './kills/migration-kills.js';
import { comeToRest, promisesKept } from './kills/promises.js';
import { strikeTogether } from './kills/run-kills.js';

/* The short form of `npm run chaos -- --only kills` (docs/CHAOS.md): one victim, and one kill for many points at once. */

let database: TestDatabase;
let world: KillWorld;

beforeAll(async () => {
  database = await createTestDatabase();
  world = await openKillWorld({ databaseUrl: database.url, crash: null });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await database.drop();
});

/** In an order in which one that is held keeps none of the later ones from its point: the loops of the workers stop at theirs. */
const TOGETHER = [
  'K4 decision, after the commit',
  'K1 create at sentinel, before the commit',
  'K2 create at dentity, the call held',
  'K3 create at sentinel, its answer held',
  'K3 create at sardine, before the commit',
  'K3 create at dentity, its answer held',
  'K4 create at dentity, after the commit',
  'K8 creates together, before the commit',
  'K7 delivery, accepted, its answer held',
  'K6 delivery, claimed',
  'K9 sequencer, before the commit',
  'K4 webhook of dentity, stored, not acknowledged',
  'K5 webhook of sentinel, before the commit',
] as const;

function named(name: string): Cell {
  return present(
    cells().find(({ point, operation, where }) => `${point} ${operation}, ${where}` === name),
    name,
  );
}

it('a gateway that is killed at many points at once leaves no promise broken', async () => {
  const struck = await strikeTogether(world, 'gateway', TOGETHER.map(named));
  const broken = struck.flatMap(({ outcome: { point, operation, where, breaches } }) =>
    breaches.map(({ invariant, what }) => `${point} ${operation}, ${where}: ${invariant} ${what}`),
  );
  expect(broken).toEqual([]);
  expect(struck).toHaveLength(TOGETHER.length);
});

it('a migration that is killed when it is applied and not noted comes to its end', async () => {
  const server = { databaseUrl: database.url, crash: null };
  const stop = present(
    MIGRATION_STOPS.find(({ side }) => side === 'after'),
    'stop',
  );
  expect((await strikeMigration(server, 'gateway', stop)).breaches).toEqual([]);
});

it('what is broken on purpose is seen', async () => {
  const story = await KillCase.open(world, 'dentity');
  const { id, person } = await story.begun();
  await story.act(person, 'approve');
  story.ends.set(id, 'verified');
  expect(await comeToRest(story, true)).toEqual([]);
  const seen = async (): Promise<readonly string[]> => [
    ...new Set((await promisesKept(story)).map(({ invariant }) => invariant)),
  ];
  expect(await seen()).toEqual([]);

  // A blind second call to the vendor.
  const { credentials, settings } = story.account.connection;
  const { apiKey = '' } = credentials;
  const again = await fetch(`${String(settings['baseUrl'])}/verification`, {
    method: 'POST',
    headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
    body: JSON.stringify({
      key: apiKey,
      phoneNumber: { dialCode: '+1', phone: person.subject.phone.slice(2) },
    }),
  });
  expect(again.status).toBe(200);
  expect(await seen()).toEqual(['I2']);

  // A 201 for what is not there.
  const call = present(story.calls[0], 'call');
  const answer = present(call.answers[0], 'answer');
  const json = { ...answer.json, id: toTypeId('ver', randomUUID()) };
  story.request(call.path, person).answers.push({ ...answer, json });
  expect(await seen()).toEqual(['I1', 'I2']);
  story.calls.pop();

  const message = present([...story.endpoint.inbox.messages.values()][0], 'message');
  message.accepted = 0;
  expect(await seen()).toEqual(['I2', 'I5']);

  // For one sending that was cut off it may come once more, and not twice.
  story.cutOff = 1;
  message.accepted = 2;
  expect(await seen()).toEqual(['I2']);
  message.accepted = 3;
  expect(await seen()).toEqual(['I2', 'I6']);

  await world.pool.query(
    "UPDATE signals SET state = 'pending', due_at = now() + interval '1 hour' WHERE tenant_id = $1",
    [story.tenantId],
  );
  expect(await seen()).toEqual(['I2', 'I3', 'I6']);
  const left = await comeToRest(story, true, { timeoutMs: 100 });
  expect(left).toEqual([{ invariant: 'I8', what: expect.stringContaining(' signals') }]);

  await tamper(
    world.pool,
    [story.tenantId],
    `UPDATE ledger_entries SET data = jsonb_set(data::jsonb, '{to}', '"canceled"') WHERE tenant_id = $1 AND version = 2`,
  );
  expect(await seen()).toEqual(expect.arrayContaining(['I2', 'I3', 'I4', 'I6', 'I7']));

  await story.tenant.call('DELETE', `/webhook-endpoints/${story.endpoint.id}`);
  call.answers.push({ ...answer, text: '{}' });
  expect(await seen()).toContain('I9');
});
