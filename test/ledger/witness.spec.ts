import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Ledger } from '@gatehouse/core';
import { connectDatabase, type Database, Log, SystemClock, SystemIds, toTypeId } from '@gatehouse/platform';

import { Sequencer } from '../../libs/core/src/ledger/sequencer.js';
import { verifyConsistency } from '../../libs/core/src/ledger/tree/merkle-tree.js';
import { parseCheckpoint } from '../../libs/core/src/ledger/tree/checkpoint.js';
import {
  ED25519_COSIGNATURE,
  noteKey,
  noteKeyId,
  parseNote,
  rawPublicKey,
} from '../../libs/core/src/ledger/tree/signed-note.js';
import { CheckpointTelling } from '../../libs/core/src/ledger/witness/checkpoint-telling.js';
import { witnessesOf } from '../../libs/core/src/ledger/witness/witness-of.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ledgerKeysOf } from '../support/ledger-keys.js';
import { APPEND_ONLY, tamper } from '../support/ledger-tampering.js';
import { MovableClock } from '../support/movable-clock.js';

const NAME = 'witness.example/w1';
const ids = new SystemIds();

let files: TestDatabase;
let database: Database;
let sequencer: Sequencer;
let clock: MovableClock;
let lines: string[];

beforeEach(async () => {
  files = await createTestDatabase();
  database = await connectDatabase(files.url, { poolSize: 10, log: new Log({ level: 'silent' }) });
  clock = new MovableClock();
  sequencer = new Sequencer(database, ledgerKeysOf(database), clock);
  lines = [];
});
afterEach(async () => {
  await database.close();
  await files.drop();
});

async function grow(tenantId: string, by: number): Promise<void> {
  const ledger = new Ledger(new SystemClock(), ids, () => undefined);
  for (let n = 0; n < by; n += 1) {
    await ledger.append(database.within({ tenantId }), {
      kind: 'identity.viewed',
      tenantId,
      environment: 'test',
      verificationId: null,
      version: null,
      actor: 'key:test',
      data: { n },
    });
  }
  while (await sequencer.placeWaiting());
}

function telling(config: Parameters<typeof witnessesOf>[0]): CheckpointTelling {
  const log = new Log({ level: 'error', destination: { write: (line: string) => void lines.push(line) } });
  return new CheckpointTelling(database, witnessesOf(config), clock, log);
}

async function remembered(tenantId: string): Promise<unknown> {
  const { rows } = await files.pool.query(
    'SELECT size::int, cosignatures IS NOT NULL AS cosigned, refusal FROM ledger_witnessed WHERE tenant_id = $1',
    [tenantId],
  );
  return rows[0];
}

/** The ledger as it would be had its past been another: everything of the tenant's is taken away and written anew. */
async function rewrite(tenantId: string, size: number): Promise<void> {
  const removals = [...APPEND_ONLY, 'ledger_heads'].map(
    (table) => `DELETE FROM ${table} WHERE tenant_id = $1`,
  );
  await tamper(files.pool, [tenantId], ...removals);
  await grow(tenantId, size);
}

describe('a folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-witness-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('has the newest checkpoint of each tenant, and is told again when there is more', async () => {
    const [one, other] = [ids.next(), ids.next()];
    await grow(one, 3);
    await grow(other, 1);
    const told = telling({ kind: 'folder', folder });
    await told.tellDue();
    const names = [one, other].map((id) => `${toTypeId('tnt', id)}.checkpoint.txt`);
    expect((await readdir(folder)).sort()).toEqual([...names].sort());
    await grow(one, 4);
    clock.forward(60);
    await told.tellDue();
    const text = parseNote(await readFile(join(folder, names[0] ?? ''), 'utf8'))?.text ?? '';
    expect(parseCheckpoint(text)?.size).toBe(7);
    expect(await remembered(one)).toEqual({ size: 7, cosigned: false, refusal: null });
  });

  it('keeps what does not fit the ledger any more, and says so', async () => {
    const tenantId = ids.next();
    await grow(tenantId, 5);
    const told = telling({ kind: 'folder', folder });
    await told.tellDue();
    const path = join(folder, `${toTypeId('tnt', tenantId)}.checkpoint.txt`);
    const before = await readFile(path, 'utf8');
    await rewrite(tenantId, 8);
    clock.forward(60);
    await told.tellDue();
    expect(await readFile(path, 'utf8')).toBe(before);
    expect(await remembered(tenantId)).toMatchObject({ size: 5, refusal: 'inconsistent' });
    expect(lines.join()).toContain('another past of the ledger');
  });

  it('does not write over what it cannot read', async () => {
    const tenantId = ids.next();
    await grow(tenantId, 2);
    const path = join(folder, `${toTypeId('tnt', tenantId)}.checkpoint.txt`);
    await writeFile(path, 'something else');
    await telling({ kind: 'folder', folder }).tellDue();
    expect(await readFile(path, 'utf8')).toBe('something else');
    expect(await remembered(tenantId)).toMatchObject({ refusal: 'unreadable' });
  });
});

describe('a witness over HTTP', () => {
  let server: Server;
  let url: string;
  let witness: TestWitness;

  beforeEach(async () => {
    witness = new TestWitness();
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => void answer());
      const answer = async (): Promise<void> => {
        await witness.asked();
        const { status, type, body } = witness.add(Buffer.concat(chunks).toString());
        response
          .writeHead(request.url === '/w/add-checkpoint' ? status : 404, { 'content-type': type })
          .end(body);
      };
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/w`;
  });
  afterEach(async () => {
    server.close();
    await once(server, 'close');
  });

  const configured = (): CheckpointTelling => telling({ kind: 'http', url, key: witness.vkey });

  it('cosigns what grows, with a proof that it grew', async () => {
    const tenantId = ids.next();
    const told = configured();
    for (const [by, size] of [
      [3, 3],
      [6, 9],
      [1, 10],
    ] as const) {
      await grow(tenantId, by);
      clock.forward(60);
      await told.tellDue();
      expect(await remembered(tenantId)).toEqual({ size, cosigned: true, refusal: null });
    }
    expect(witness.taken).toBe(3);
  });

  it('is told from where it remembers, also when we have forgotten', async () => {
    const tenantId = ids.next();
    await grow(tenantId, 3);
    const told = configured();
    await told.tellDue();
    await files.pool.query('DELETE FROM ledger_witnessed');
    await grow(tenantId, 2);
    clock.forward(60);
    await told.tellDue();
    expect(await remembered(tenantId)).toMatchObject({ size: 5, cosigned: true });
  });

  it.each([
    ['longer', 9, false],
    ['shorter', 2, false],
    ['longer, when we have forgotten what it took', 9, true],
    ['shorter, when we have forgotten what it took', 2, true],
  ])('finds out a past that was written anew and is %s', async (_, size, isForgotten) => {
    const tenantId = ids.next();
    await grow(tenantId, 5);
    const told = configured();
    await told.tellDue();
    await rewrite(tenantId, size);
    if (isForgotten) await files.pool.query('DELETE FROM ledger_witnessed');
    clock.forward(60);
    await told.tellDue();
    expect(await remembered(tenantId)).toMatchObject({ refusal: 'inconsistent' });
    expect(lines.join()).toContain('another past of the ledger');
  });

  it('is told by one replica at a time, so that no newer head overtakes an older one', async () => {
    const tenantId = ids.next();
    await grow(tenantId, 3);
    const [isAsked, mayAnswer] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    witness.asked = () => {
      isAsked.resolve(undefined);
      return mayAnswer.promise;
    };
    const first = configured().tellDue();
    await isAsked.promise;
    await grow(tenantId, 4);
    let again = 0;
    witness.asked = () => {
      again += 1;
      return Promise.resolve();
    };
    await configured().tellDue();
    expect(again).toBe(0);
    mayAnswer.resolve(undefined);
    await first;
    expect(await remembered(tenantId)).toEqual({ size: 3, cosigned: true, refusal: null });
    witness.asked = () => Promise.resolve();
    clock.forward(60);
    await configured().tellDue();
    expect(await remembered(tenantId)).toEqual({ size: 7, cosigned: true, refusal: null });
    expect([witness.taken, lines]).toEqual([2, []]);
  });

  it('counts for nothing when somebody else signs, and is asked again when it is away', async () => {
    const tenantId = ids.next();
    await grow(tenantId, 2);
    const told = configured();
    const own = witness.privateKey;
    witness.privateKey = generateKeyPairSync('ed25519').privateKey;
    await told.tellDue();
    expect(await remembered(tenantId)).toMatchObject({ size: 0, refusal: 'not_cosigned' });
    witness.privateKey = own;
    witness.forget();
    witness.isAway = true;
    clock.forward(60);
    await told.tellDue();
    expect(await remembered(tenantId)).toMatchObject({ size: 0, refusal: 'unavailable' });
    witness.isAway = false;
    clock.forward(60);
    await told.tellDue();
    expect(await remembered(tenantId)).toEqual({ size: 2, cosigned: true, refusal: null });
  });
});

/** https://c2sp.org/tlog-witness, for logs whose key it does not check: that is not what is tested here. */
class TestWitness {
  privateKey: KeyObject = generateKeyPairSync('ed25519').privateKey;
  readonly vkey: string;
  isAway = false;
  /** What comes before each answer. */
  asked: () => Promise<void> = () => Promise.resolve();
  /** Checkpoints that it cosigned. */
  taken = 0;
  readonly #publicKey: Buffer;
  readonly #seen = new Map<string, { size: number; root: Buffer }>();

  constructor() {
    this.#publicKey = rawPublicKey(
      createPublicKey(createPrivateKey(this.privateKey.export({ type: 'pkcs8', format: 'pem' }))),
    );
    this.vkey = noteKey(NAME, this.#publicKey, ED25519_COSIGNATURE);
  }

  forget(): void {
    this.#seen.clear();
  }

  add(body: string): { status: number; type: string; body: string } {
    const plain = (status: number, text = ''): { status: number; type: string; body: string } => ({
      status,
      type: 'text/plain',
      body: text,
    });
    if (this.isAway) return plain(503);
    const split = body.indexOf('\n\n');
    const [old = '', ...proof] = body.slice(0, split).split('\n');
    const text = parseNote(body.slice(split + 2))?.text;
    const checkpoint = text === undefined ? null : parseCheckpoint(text);
    if (text === undefined || checkpoint === null || !/^old \d+$/.test(old)) return plain(400);
    const seen = this.#seen.get(checkpoint.origin) ?? { size: 0, root: Buffer.alloc(0) };
    const oldSize = Number(old.slice(4));
    if (oldSize !== seen.size) return { status: 409, type: 'text/x.tlog.size', body: `${seen.size}\n` };
    if (oldSize > checkpoint.size) return plain(400);
    const hashes = proof.map((line) => Buffer.from(line, 'base64'));
    const isGrown =
      seen.size === 0 || verifyConsistency(seen.size, seen.root, checkpoint.size, checkpoint.root, hashes);
    if (!isGrown) return plain(422);
    this.taken += 1;
    this.#seen.set(checkpoint.origin, checkpoint);
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(1_790_000_000n);
    const signature = sign(null, Buffer.from(`cosignature/v1\ntime 1790000000\n${text}`), this.privateKey);
    const id = noteKeyId(NAME, this.#publicKey, ED25519_COSIGNATURE);
    return plain(200, `\u2014 ${NAME} ${Buffer.concat([id, time, signature]).toString('base64')}\n`);
  }
}
