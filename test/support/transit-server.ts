import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MOUNT = 'transit';

/** A call as it came in. */
export interface TransitCall {
  readonly operation: string;
  readonly key: string;
  readonly token: string | undefined;
  readonly namespace: string | undefined;
  readonly associatedData: string;
}

/** As much of Vault's Transit engine as its documentation says of encryption and decryption, on a free port of this computer. */
export interface TransitServer {
  readonly port: number;
  /** A token that may use every key, as long as it is not revoked. */
  readonly token: string;
  /** Every call so far that reached the engine, whatever became of it. */
  readonly calls: readonly TransitCall[];
  /** Makes the key, or a new version of it, and returns the value of MASTER_KEY that names it. */
  addKey(name: string): string;
  /** The oldest version that still opens anything, as an operator sets it. */
  setMinDecryptionVersion(name: string, version: number): void;
  removeKey(name: string): void;
  newToken(): string;
  revoke(token: string): void;
  /** How calls are answered from now on; null: as Vault does. */
  answer(how: Answering | null): void;
  /** As versions before 1.13 do. */
  ignoreAssociatedData(): void;
  close(): Promise<void>;
}

/** Whether it has taken the call upon itself; one that it never answers is of a Vault that hangs. */
export type Answering = (response: ServerResponse, call: TransitCall) => boolean;

interface Key {
  readonly versions: KeyObject[];
  minDecryptionVersion: number;
}

type Input = Readonly<Record<string, string | undefined>>;

/** What the caller is told of a call that cannot be carried out. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export async function startTransitServer(): Promise<TransitServer> {
  const keys = new Map<string, Key>();
  const tokens = new Set<string>();
  const calls: TransitCall[] = [];
  let override: Answering | null = null;
  let knowsAssociatedData = true;

  const newToken = (): string => {
    const token = `hvs.${randomBytes(18).toString('base64url')}`;
    tokens.add(token);
    return token;
  };
  const carryOut = (call: TransitCall, input: Input): Readonly<Record<string, unknown>> => {
    if (call.token === undefined || !tokens.has(call.token)) throw new Refusal(403, 'permission denied');
    const key = keys.get(call.key);
    const aad = knowsAssociatedData ? Buffer.from(call.associatedData, 'base64') : Buffer.alloc(0);
    switch (call.operation) {
      case 'encrypt':
        // Of a policy without `create`, which would make the key.
        if (key === undefined) throw new Refusal(403, '1 error occurred:\n\t* permission denied\n\n');
        return { ciphertext: encrypt(key, input['plaintext'], aad), key_version: key.versions.length };
      case 'decrypt':
        if (key === undefined) throw new Refusal(400, 'encryption key not found');
        return { plaintext: decrypt(key, input['ciphertext'], aad) };
      default:
        throw new Refusal(404, 'unsupported path');
    }
  };
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const [, operation = '', key = ''] =
        new RegExp(`^/v1/${MOUNT}/(\\w+)/([\\w.-]+)$`).exec(request.url ?? '') ?? [];
      if (request.method !== 'POST' || operation === '') {
        answerJson(response, 404, { errors: ['no handler for route'] });
        return;
      }
      const input = JSON.parse(body) as Input;
      const call = {
        operation,
        key,
        token: headerOf(request, 'x-vault-token'),
        namespace: headerOf(request, 'x-vault-namespace'),
        associatedData: input['associated_data'] ?? '',
      };
      calls.push(call);
      if (override?.(response, call) === true) return;
      try {
        answerJson(response, 200, {
          request_id: randomBytes(8).toString('hex'),
          data: carryOut(call, input),
        });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        answerJson(response, error.status, { errors: [error.message] });
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    token: newToken(),
    calls,
    addKey(name) {
      const key = keys.get(name) ?? { versions: [], minDecryptionVersion: 1 };
      key.versions.push(createSecretKey(randomBytes(32)));
      keys.set(name, key);
      return `vault-transit+http://127.0.0.1:${port}/${MOUNT}/${name}`;
    },
    setMinDecryptionVersion(name, version) {
      const key = keys.get(name);
      if (key !== undefined) key.minDecryptionVersion = version;
    },
    removeKey(name) {
      keys.delete(name);
    },
    newToken,
    revoke(token) {
      tokens.delete(token);
    },
    answer(how) {
      override = how;
    },
    ignoreAssociatedData() {
      knowsAssociatedData = false;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An answer of Vault's for {@link TransitServer.answer}: `503 Vault is sealed`. */
export function refuseWith(status: number, message: string): Answering {
  return (response) => {
    answerJson(response, status, { errors: [message] });
    return true;
  };
}

/** An answer of whoever is at its address, or in front of it. */
export function answerWith(status: number, body: string): Answering {
  return (response) => {
    response.writeHead(status).end(body);
    return true;
  };
}

function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  return request.headersDistinct[name]?.[0];
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function encrypt({ versions }: Key, plaintext: string | undefined, aad: Buffer): string {
  const newest = versions.at(-1);
  if (plaintext === undefined || newest === undefined) throw new Refusal(400, 'missing plaintext to encrypt');
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', newest, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(aad);
  const sealed = [cipher.update(Buffer.from(plaintext, 'base64')), cipher.final()];
  return `vault:v${versions.length}:${Buffer.concat([nonce, ...sealed, cipher.getAuthTag()]).toString('base64')}`;
}

function decrypt(key: Key, ciphertext: string | undefined, aad: Buffer): string {
  if (ciphertext === undefined || ciphertext === '') throw new Refusal(400, 'missing ciphertext to decrypt');
  const [, version = '', base64 = ''] = /^vault:v(\d+):(.*)$/.exec(ciphertext) ?? [];
  if (version === '') throw new Refusal(400, 'invalid ciphertext: no prefix');
  const opener = key.versions[Number(version) - 1];
  if (opener === undefined) throw new Refusal(400, 'invalid ciphertext: version is too new');
  if (Number(version) < key.minDecryptionVersion)
    throw new Refusal(400, 'ciphertext or signature version is disallowed by policy (too old)');
  const sealed = Buffer.from(base64, 'base64');
  try {
    const decipher = createDecipheriv('aes-256-gcm', opener, sealed.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(aad);
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const opened = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([opened, decipher.final()]).toString('base64');
  } catch {
    throw new Refusal(400, 'cipher: message authentication failed');
  }
}
