import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { MovableClock } from '../../../../test/support/movable-clock.js';
import {
  answerWith,
  refuseWith,
  startTransitServer,
  type TransitServer,
} from '../../../../test/support/transit-server.js';
import { errorFields } from '../log/error-fields.js';
import { MasterKeyUnavailable } from './master-key.js';
import { SealError } from './seal.js';
import { parseVaultTransit } from './vault-transit-address.js';
import { VaultTransitMasterKey } from './vault-transit-master-key.js';
import { VaultToken } from './vault-token.js';

const KEY = randomBytes(32);
const CONTEXT = 'a tenant/tenant_keys/data/1';
/** For calls that are to end by it; all others end long before. */
const SHORT_MS = 200;

let transit: TransitServer;
let url: string;

beforeEach(async () => {
  transit = await startTransitServer();
  url = transit.addKey('gatehouse');
});
afterEach(() => transit.close());

interface Setting {
  readonly token?: string;
  readonly clock?: MovableClock;
  readonly deadlineMs?: number;
}

function masterKey(at = url, { token, clock, deadlineMs }: Setting = {}): VaultTransitMasterKey {
  const address = parseVaultTransit(at);
  const read = VaultToken.read(token ?? transit.token);
  if (address === null || read === null) throw new Error('neither an address nor a token');
  return new VaultTransitMasterKey(address, read, clock ?? new MovableClock(), {
    ...(deadlineMs !== undefined && { deadlineMs }),
  });
}

/** What an operation ends with, as a word. */
async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    if (error instanceof MasterKeyUnavailable) return error.code;
    return error instanceof SealError ? 'SealError' : 'another';
  }
}

describe('a master key at Vault', () => {
  it('unwraps what it wrapped, in the same context only', async () => {
    const master = masterKey();
    const wrapped = await master.wrap(KEY, CONTEXT);
    expect(wrapped.toString()).toMatch(/^vault:v1:/);
    expect(wrapped.includes(KEY)).toBe(false);
    expect((await master.unwrap(wrapped, CONTEXT)).export()).toEqual(KEY);
    expect(await failure(master.unwrap(wrapped, 'another tenant'))).toBe('SealError');
  });

  it('opens nothing that was changed, cut, or wrapped by another key', async () => {
    const master = masterKey();
    const wrapped = await master.wrap(KEY, CONTEXT);
    const other = await masterKey(transit.addKey('other')).wrap(KEY, CONTEXT);
    const changed = Buffer.from(wrapped);
    changed.write(changed.at(20) === 65 ? 'B' : 'A', 20);
    for (const bad of [changed, wrapped.subarray(0, 30), other, randomBytes(60), Buffer.alloc(0)])
      expect(await failure(master.unwrap(bad, CONTEXT))).toBe('SealError');
  });

  it('is called as Vault documents, and shows its token in one header only', async () => {
    const master = masterKey(`${url}?namespace=admin/team`);
    await master.wrap(KEY, CONTEXT);
    expect(transit.calls).toEqual([
      {
        operation: 'encrypt',
        key: 'gatehouse',
        token: transit.token,
        namespace: 'admin/team',
        associatedData: Buffer.from(`gatehouse wrapped key: ${CONTEXT}`).toString('base64'),
      },
    ]);
  });

  it('has an id of namespace, mount and key, and of neither address nor token', () => {
    expect(masterKey().id).toBe('vault:transit/gatehouse');
    expect(masterKey(`${url}?namespace=admin/team`).id).toBe('vault:admin/team/transit/gatehouse');
  });

  it('opens what an earlier version of the key wrapped, as long as Vault allows that version', async () => {
    const master = masterKey();
    const wrapped = await master.wrap(KEY, CONTEXT);
    transit.addKey('gatehouse');
    expect((await master.wrap(KEY, CONTEXT)).toString()).toMatch(/^vault:v2:/);
    expect((await master.unwrap(wrapped, CONTEXT)).export()).toEqual(KEY);
    transit.setMinDecryptionVersion('gatehouse', 2);
    expect(await failure(master.unwrap(wrapped, CONTEXT))).toBe('rejected');
  });
});

describe('a Vault that cannot help', () => {
  /** Both directions: neither may take a failing keeper for a key that does not fit. */
  async function failures(master: VaultTransitMasterKey, wrapped: Buffer): Promise<readonly string[]> {
    return [await failure(master.wrap(KEY, CONTEXT)), await failure(master.unwrap(wrapped, CONTEXT))];
  }

  it.each([
    [503, 'Vault is sealed', 'sealed'],
    [429, 'request path rate limit quota exceeded', 'rate_limited'],
    [500, 'internal error', 'failing'],
    [412, 'required index state not present', 'failing'],
    [404, 'no handler for route', 'not_found'],
    [403, 'permission denied', 'forbidden'],
    [307, 'the active node is elsewhere', 'redirected'],
  ])('with %i is unavailable, and what it wrapped is not called broken', async (status, message, code) => {
    const master = masterKey();
    const wrapped = await master.wrap(KEY, CONTEXT);
    transit.answer(refuseWith(status, message));
    expect(await failures(master, wrapped)).toEqual([code, code]);
    transit.answer(null);
    expect(await failures(master, wrapped)).toEqual(['none', 'none']);
  });

  it('by want of the key, of the engine, or of a valid token', async () => {
    const master = masterKey();
    const wrapped = await master.wrap(KEY, CONTEXT);
    transit.removeKey('gatehouse');
    // With a policy that cannot make keys, which a want of permission cannot be told from.
    expect(await failures(master, wrapped)).toEqual(['forbidden', 'rejected']);
    const elsewhere = masterKey(url.replace('/transit/', '/nowhere/'));
    expect(await failures(elsewhere, wrapped)).toEqual(['not_found', 'not_found']);
    expect(await failures(masterKey(url, { token: 'hvs.unknown' }), wrapped)).toEqual([
      'forbidden',
      'forbidden',
    ]);
  });

  it('by an answer that is none of Vault’s, or has no end', async () => {
    const master = masterKey();
    const wrapped = await master.wrap(KEY, CONTEXT);
    const data = { ciphertext: wrapped.toString(), plaintext: KEY.toString('base64') };
    const tooLong = JSON.stringify({ data, warnings: ['x'.repeat(70_000)] });
    const bodies = ['<html>', '{"data":{}}', '{"data":{"ciphertext":"x","plaintext":"QUJD"}}', tooLong];
    for (const body of bodies) {
      transit.answer(answerWith(200, body));
      expect(await failures(master, wrapped)).toEqual(['unreadable_answer', 'unreadable_answer']);
    }
    transit.answer(answerWith(400, 'a proxy’s own page'));
    expect(await failures(master, wrapped)).toEqual(['rejected', 'rejected']);
  });

  it('by not being there', async () => {
    const master = masterKey();
    const wrapped = await master.wrap(KEY, CONTEXT);
    transit.answer((response) => response.destroy().destroyed);
    expect(await failures(master, wrapped)).toEqual(['unreachable', 'unreachable']);
    await transit.close();
    expect(await failures(master, wrapped)).toEqual(['unreachable', 'unreachable']);
  });

  it('by hanging: the call ends at its deadline, and the next ones at once until it may have recovered', async () => {
    const clock = new MovableClock();
    const master = masterKey(url, { clock, deadlineMs: SHORT_MS });
    transit.answer(() => true);
    expect(await failure(master.wrap(KEY, CONTEXT))).toBe('timeout');
    transit.answer((response) => response.writeHead(200).write('{'));
    clock.forward(10);
    expect(await failure(master.wrap(KEY, CONTEXT))).toBe('timeout');
    expect(transit.calls).toHaveLength(2);

    transit.answer(null);
    expect(await failure(master.wrap(KEY, CONTEXT))).toBe('timeout');
    expect(transit.calls).toHaveLength(2);
    clock.forward(10);
    expect(await failure(master.wrap(KEY, CONTEXT))).toBe('none');
  });

  it('in an error that tells nothing of token, address, key or answer', async () => {
    const secret = 'hvs.planted-secret';
    transit.answer(refuseWith(403, `planted answer about ${secret}`));
    const error: unknown = await masterKey(url, { token: secret })
      .wrap(KEY, CONTEXT)
      .catch((thrown: unknown) => thrown);
    const told = JSON.stringify([String(error), errorFields(error), Object.entries(error ?? {})]);
    expect(told).toContain('forbidden');
    for (const hidden of ['planted', '127.0.0.1', String(transit.port), KEY.toString('base64'), CONTEXT])
      expect(told).not.toContain(hidden);
  });
});

it('a Vault before 1.13, which ignores associated data, opens a key in every context', async () => {
  transit.ignoreAssociatedData();
  const master = masterKey();
  const wrapped = await master.wrap(KEY, CONTEXT);
  expect((await master.unwrap(wrapped, 'another tenant')).export()).toEqual(KEY);
});

describe('the token in a file', () => {
  let folder = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-token-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is read again when Vault refuses the one at hand, once for all calls that met it', async () => {
    const path = join(folder, 'token');
    await writeFile(path, `${transit.token}\n`);
    const master = masterKey(url, { token: path });
    const wrapped = await master.wrap(KEY, CONTEXT);

    transit.revoke(transit.token);
    expect(await failure(master.unwrap(wrapped, CONTEXT))).toBe('forbidden');
    const renewed = transit.newToken();
    await writeFile(path, renewed);
    const before = transit.calls.length;
    const opened = await Promise.all(Array.from({ length: 4 }, () => master.unwrap(wrapped, CONTEXT)));
    expect(opened.map((key) => key.export())).toEqual(opened.map(() => KEY));
    expect(await failure(master.wrap(KEY, CONTEXT))).toBe('none');
    const tokens = transit.calls.slice(before).map(({ token }) => token);
    expect(tokens.filter((token) => token === renewed)).toHaveLength(5);
    expect(tokens.at(-1)).toBe(renewed);
  });

  it('that is gone or empty for a moment costs nothing while Vault takes the one at hand', async () => {
    const path = join(folder, 'token');
    await writeFile(path, transit.token);
    const master = masterKey(url, { token: path });
    await rm(path);
    expect(await failure(master.wrap(KEY, CONTEXT))).toBe('none');
    transit.answer(refuseWith(403, 'permission denied'));
    expect(await failure(master.wrap(KEY, CONTEXT))).toBe('forbidden');
    await writeFile(path, '\n');
    expect(await failure(master.wrap(KEY, CONTEXT))).toBe('forbidden');
    transit.answer(null);
    expect(await failure(master.wrap(KEY, CONTEXT))).toBe('none');
  });
});
