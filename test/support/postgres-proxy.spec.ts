import { connect } from 'node:net';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connectDatabase, type Database, Log, type Statement } from '@gatehouse/platform';

import { createTestDatabase, type TestDatabase } from './database.js';
import { eventually } from './eventually.js';
import { commitOf, openPostgresProxy, type PostgresProxy, statement } from './postgres-proxy.js';

let test: TestDatabase;
let proxy: PostgresProxy;
let database: Database;

const ADD: Statement = { name: 'spec_add', text: 'INSERT INTO counted VALUES ($1)' };
const COUNT: Statement = { name: 'spec_count', text: 'SELECT count(*)::int AS count FROM counted' };

beforeAll(async () => {
  test = await createTestDatabase();
  await test.pool.query('CREATE TABLE counted (word text); GRANT ALL ON counted TO gatehouse_system');
});
afterAll(() => test.drop());
beforeEach(async () => {
  await test.pool.query('TRUNCATE counted');
  proxy = await openPostgresProxy(test.url);
  database = await connectDatabase(proxy.url, { poolSize: 10, log: new Log({ level: 'silent' }) });
});
afterEach(async () => {
  proxy.network.suffer(null);
  await database.close();
  await proxy[Symbol.asyncDispose]();
});

async function counted(): Promise<number> {
  const { rows } = await test.pool.query<{ count: number }>(COUNT.text);
  return rows[0]?.count ?? 0;
}

function add(word: string): Promise<unknown> {
  return database.across.transaction((tx) => tx.query(ADD, [word]));
}

describe('a statement that is held', () => {
  it('before it reaches the server has not been carried out, and goes on when it is released', async () => {
    const hold = proxy.hold(statement(ADD.name), 'before');
    const adding = database.across.query(ADD, ['one']);
    expect((await hold.held).round.bytes.includes('one')).toBe(true);
    expect(await counted()).toBe(0);
    hold.release();
    await adding;
    expect(await counted()).toBe(1);
  });

  it('after the server has answered has been carried out, while its client does not know', async () => {
    const hold = proxy.hold(statement(ADD.name), 'after');
    let isAnswered = false;
    const adding = database.across.query(ADD, ['one']).then(() => {
      isAnswered = true;
    });
    await hold.held;
    expect(await counted()).toBe(1);
    expect(isAnswered).toBe(false);
    hold.release();
    await adding;
  });

  it('is the one that is meant: the first that binds a text, no other and none after it', async () => {
    const hold = proxy.hold(statement(ADD.name, 'two'), 'before');
    await database.across.query(ADD, ['one']);
    const adding = database.across.query(ADD, ['two']);
    await hold.held;
    await database.across.query(ADD, ['two']);
    expect(await counted()).toBe(2);
    hold.release();
    await adding;
    expect(await counted()).toBe(3);
  });

  it('is a commit, of a transaction or of the statement by itself', async () => {
    const alone = proxy.hold(commitOf(ADD.name, 'alone'), 'before');
    const adding = [database.across.query(ADD, ['alone'])];
    expect((await alone.held).round.statement).toBe(ADD.name);
    const together = proxy.hold(commitOf(ADD.name, 'together'), 'after');
    adding.push(database.across.transaction((tx) => tx.query(ADD, ['together'])));
    expect((await together.held).round.text).toBe('COMMIT');
    expect(await counted()).toBe(1);
    alone.release();
    together.release();
    await Promise.all(adding);
    expect(await counted()).toBe(2);
  });

  it('is lost with its session, whose process it names', async () => {
    const hold = proxy.hold(statement(ADD.name), 'before');
    const adding = add('one');
    const { backend } = await hold.held;
    await test.pool.query('SELECT pg_terminate_backend($1, 5000)', [backend]);
    // Nothing had been committed, so the transaction is run again.
    await adding;
    hold.release();
    expect(await counted()).toBe(1);
  });
});

describe('through a bad network', () => {
  it('a commit that is cut off has an outcome that its client does not know, and the next takes another connection', async () => {
    const hold = proxy.hold(commitOf(ADD.name), 'before');
    const adding = add('one');
    await hold.held;
    // The commit never arrives, and whether it did the client cannot know.
    proxy.network.reset();
    await expect(adding).rejects.toMatchObject({ code: '08007' });
    expect(await counted()).toBe(0);
    await add('one');
    expect(await counted()).toBe(1);
  });

  it('a blackhole fails the ping, and when it is over the same connections go on', async () => {
    await database.ping();
    proxy.network.suffer({ kind: 'blackhole' });
    await expect(database.ping()).rejects.toMatchObject({ name: 'DatabaseError' });
    proxy.network.suffer(null);
    await eventually(() => database.ping());
    await add('one');
    expect(await counted()).toBe(1);
  });

  it('slow and sliced bytes are the same bytes in the same order', async () => {
    proxy.network.suffer({ kind: 'slice', bytes: 7 });
    const word = 'x'.repeat(500);
    await add(word);
    proxy.network.suffer({ kind: 'latency', delayMs: 20 });
    await add(word);
    proxy.network.suffer(null);
    const { rows } = await test.pool.query('SELECT word FROM counted');
    expect(rows).toEqual([{ word }, { word }]);
  });

  it('a half-closed connection is given up by its client, and another one is used', async () => {
    await add('one');
    proxy.network.halfClose();
    await eventually(() => add('two'));
    expect(await counted()).toBe(2);
  });

  it('whoever is refused is hung up on', async () => {
    proxy.network.suffer({ kind: 'refuse' });
    const socket = connect({ port: proxy.network.port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('close', resolve));
    expect(socket.bytesRead).toBe(0);
  });
});
