import { createSecretKey, type KeyObject } from 'node:crypto';

import { type Dispatcher, Pool } from 'undici';
import { z } from 'zod';

import { type Clock } from '../clock.js';
import { type MasterKey, type MasterKeyTrouble, MasterKeyUnavailable, wrapContext } from './master-key.js';
import { MASTER_KEY_BYTES } from './master-key-format.js';
import { SealError } from './seal.js';
import { type VaultTransitAddress } from './vault-transit-address.js';
import { type VaultToken } from './vault-token.js';

/** For a whole exchange, a repeated one with a new token included. */
const DEADLINE_MS = 5_000;
/** After a call that took all that time: others would too, and their callers wait for each of them. */
const REST_AFTER_TIMEOUT_MS = 5_000;
const CONNECTIONS = 8;
/** An answer has some hundred bytes. */
const MAX_ANSWER_BYTES = 64 * 1024;

const Encrypted = z.object({ data: z.object({ ciphertext: z.string().regex(/^vault:v\d+:[\w+/=-]+$/) }) });
const Decrypted = z.object({ data: z.object({ plaintext: z.base64() }) });
const Refused = z.object({ errors: z.array(z.string()) });

/** A 400 to a decryption that is about the key there, and not about what was to be opened with it. */
const ABOUT_THE_KEY = /key not found|policy not found|disallowed by policy|derivation|non-AEAD/i;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * A master key that never leaves HashiCorp Vault: its Transit engine wraps and unwraps by the HTTP API that Vault documents, with
 * our context as the associated data. Needs Vault 1.13 or OpenBao: an earlier one ignores associated data.
 */
export class VaultTransitMasterKey implements MasterKey {
  readonly id: string;
  readonly #pool: Pool;
  readonly #deadlineMs: number;
  #restsUntil = 0;

  constructor(
    private readonly address: VaultTransitAddress,
    private readonly token: VaultToken,
    private readonly clock: Clock,
    options: { readonly deadlineMs?: number } = {},
  ) {
    const { namespace, mount, key } = address;
    this.id = `vault:${namespace === null ? '' : `${namespace}/`}${mount}/${key}`;
    this.#deadlineMs = options.deadlineMs ?? DEADLINE_MS;
    this.#pool = new Pool(address.origin, {
      connections: CONNECTIONS,
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: 16 * 1024,
      connect: { rejectUnauthorized: true },
    });
  }

  async wrap(key: Buffer, context: string): Promise<Buffer> {
    const answer = await this.#call('encrypt', { plaintext: key.toString('base64') }, context);
    if (answer.status !== 200) throw new MasterKeyUnavailable(troubleOf(answer.status));
    const read = Encrypted.safeParse(answer.body);
    if (!read.success) throw new MasterKeyUnavailable('unreadable_answer');
    return Buffer.from(read.data.data.ciphertext);
  }

  async unwrap(wrapped: Buffer, context: string): Promise<KeyObject> {
    const answer = await this.#call('decrypt', { ciphertext: wrapped.toString('latin1') }, context);
    if (answer.status === 400 && !isAboutTheKey(answer.body)) throw new SealError();
    if (answer.status !== 200) throw new MasterKeyUnavailable(troubleOf(answer.status));
    const read = Decrypted.safeParse(answer.body);
    const bytes = Buffer.from(read.data?.data.plaintext ?? '', 'base64');
    if (bytes.length !== MASTER_KEY_BYTES) throw new MasterKeyUnavailable('unreadable_answer');
    const key = createSecretKey(bytes);
    bytes.fill(0);
    return key;
  }

  async #call(
    operation: 'encrypt' | 'decrypt',
    input: Readonly<Record<string, string>>,
    context: string,
  ): Promise<Answer> {
    if (this.clock.now().getTime() < this.#restsUntil) throw new MasterKeyUnavailable('timeout');
    const associatedData = Buffer.from(wrapContext(context)).toString('base64');
    const body = JSON.stringify({ ...input, associated_data: associatedData });
    const signal = AbortSignal.timeout(this.#deadlineMs);
    try {
      const token = this.token.current;
      const answer = await this.#post(operation, body, token, signal);
      const other = answer.status === 403 ? await this.token.otherThan(token) : null;
      return other === null ? answer : await this.#post(operation, body, other, signal);
    } catch (error) {
      if (error instanceof MasterKeyUnavailable) throw error;
      // What undici says may hold an address; what matters is only whether it took too long.
      if (!signal.aborted) throw new MasterKeyUnavailable('unreachable');
      this.#restsUntil = this.clock.now().getTime() + REST_AFTER_TIMEOUT_MS;
      throw new MasterKeyUnavailable('timeout');
    }
  }

  async #post(operation: string, body: string, token: string, signal: AbortSignal): Promise<Answer> {
    const { namespace, mount, key } = this.address;
    const answer = await this.#pool.request({
      path: `/v1/${mount}/${operation}/${key}`,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-vault-request': 'true',
        'x-vault-token': token,
        ...(namespace !== null && { 'x-vault-namespace': namespace }),
      },
      body,
      signal,
    });
    return { status: answer.statusCode, body: await jsonOf(answer.body) };
  }
}

/** Null for what is no JSON. Throws MasterKeyUnavailable for too much of it. */
async function jsonOf(body: Dispatcher.ResponseData['body']): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop closes the connection.
    if (size > MAX_ANSWER_BYTES) throw new MasterKeyUnavailable('unreadable_answer');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as unknown;
  } catch {
    return null;
  }
}

function isAboutTheKey(body: unknown): boolean {
  const read = Refused.safeParse(body);
  // A proxy in front of Vault has its own words, or none.
  return !read.success || read.data.errors.some((text) => ABOUT_THE_KEY.test(text));
}

function troubleOf(status: number): MasterKeyTrouble {
  switch (status) {
    case 400:
      return 'rejected';
    case 403:
      return 'forbidden';
    case 404:
      return 'not_found';
    case 429:
      return 'rate_limited';
    case 503:
      return 'sealed';
    default:
      if (status < 300) return 'unreadable_answer';
      return status < 400 ? 'redirected' : 'failing';
  }
}
