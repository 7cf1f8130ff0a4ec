import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo } from 'node:net';

import pg from 'pg';
import { Pool } from 'undici';

import { sha256 } from '../../../../libs/platform/src/crypto/hash.js';
import { fromTypeId } from '../../../../libs/platform/src/ids.js';
import { type Environment, environmentOf } from '../environment.js';
import { type Pattern, readKeys, readPattern } from '../pattern.js';
import { answerOf, type Known } from '../answer.js';
import { beginningOf, type CreateBody, endingOf } from './rows.js';
import { FIND } from './statements.js';
import { type Writer } from './writer.js';

/*
 * What is left of the gateway when everything is left out that is not an answer or a row: no framework, no validation, no encryption,
 * no policy, nothing for who repeats a request, nobody who seals the ledger.
 */

interface Server {
  readonly environment: Environment;
  readonly pool: pg.Pool;
  readonly pattern: Pattern;
  readonly keys: ReadonlyMap<string, string>;
  readonly vendor: Pool;
  readonly writer: Writer;
}

/** Tells its parent where it listens. */
export async function serve(writerOf: (pool: pg.Pool, pattern: Pattern) => Writer): Promise<void> {
  const environment = environmentOf(process.env);
  const pool = new pg.Pool({ connectionString: environment.databaseUrl, max: environment.poolSize });
  const pattern = await readPattern(pool);
  const server: Server = {
    environment,
    pool,
    pattern,
    keys: await readKeys(pool),
    vendor: new Pool(environment.vendorOrigin, { connections: 128 }),
    writer: writerOf(pool, pattern),
  };
  const http = createServer((request, response) => {
    answer(server, request).then(
      ([status, body]) => {
        response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(body);
      },
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        response.writeHead(500).end();
      },
    );
  });
  http.listen(0, '127.0.0.1', () => {
    // A server that listens on a port has an address of this form.
    process.send?.({ origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}` });
  });
  process.once('disconnect', () => {
    process.exit();
  });
}

type Answer = readonly [status: number, body: string];
const PATH = '/v1/verifications';

async function answer(server: Server, request: IncomingMessage): Promise<Answer> {
  const { method, url = '' } = request;
  const keyId = server.keys.get(
    sha256(request.headers.authorization?.slice('Bearer '.length) ?? '').toString('base64'),
  );
  if (keyId === undefined) return [401, ''];
  if (method === 'POST' && url === PATH) return create(server, keyId, request);
  const id = fromTypeId('ver', url.slice(PATH.length + 1));
  return method === 'GET' && id !== null ? read(server, id) : [404, ''];
}

async function create(server: Server, keyId: string, request: IncomingMessage): Promise<Answer> {
  const bytes = await bytesOf(request);
  // Taken at its word.
  const body = JSON.parse(bytes.toString()) as CreateBody;
  const idempotencyKey = String(request.headers['idempotency-key']);
  const row = beginningOf(server.pattern, body, { keyId, idempotencyKey, bytes });
  await server.writer.begin(row);
  const link = await mint(server, body);
  const { id, now: createdAt, expiresAt } = row;
  const known: Known = {
    ...body,
    ...body.subject,
    id,
    link,
    createdAt,
    expiresAt,
    row: made(server.pattern),
  };
  const text = JSON.stringify(answerOf(known));
  await server.writer.end(endingOf(server.pattern, row, body, { link, answer: text }));
  return [201, text];
}

/** The vendor's one call, with the body that the gateway sends it. */
async function mint({ vendor, environment }: Server, { subject }: CreateBody): Promise<string> {
  const answer = await vendor.request({
    method: 'POST',
    path: environment.vendorPath,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({
      ...environment.vendorCredentials,
      email: subject.email,
      phoneNumber: subject.phone,
    }),
  });
  const { data } = (await answer.body.json()) as { readonly data: string };
  return `${data}&redirectUrl=${encodeURIComponent(environment.returnUrl)}`;
}

function made({ provider, reasonCodes }: Pattern): Known['row'] {
  return {
    environment: 'test',
    version: 1,
    status: 'requires_input',
    reasonCodes,
    attempt: 1,
    provider,
    source: 'system',
    checks: ['document', 'liveness'],
    documentTypes: [],
    warnings: [],
  };
}

/** As {@link FIND} gives it, and what `filled` has put into it. */
type Row = Omit<Known['row'], 'reasonCodes' | 'documentTypes'> & {
  readonly id: string;
  readonly reason_codes: string[];
  readonly document_types: string[];
  readonly details_sealed: Buffer;
  readonly request_sealed: Buffer;
  readonly action_sealed: Buffer;
  readonly expires_at: Date;
  readonly created_at: Date;
};

async function read({ pool, pattern }: Server, id: string): Promise<Answer> {
  const { rows } = await pool.query<Row>({ ...FIND, values: [pattern.tenantId, id] });
  const [row] = rows;
  if (row === undefined) return [404, ''];
  const of = (bytes: Buffer): unknown => JSON.parse(bytes.toString());
  const subject = of(row.details_sealed) as CreateBody['subject'];
  const request = of(row.request_sealed) as Pick<Known, 'reference' | 'metadata' | 'redirectUrl'>;
  const action = of(row.action_sealed) as { readonly url: string };
  const known: Known = {
    ...subject,
    ...request,
    id,
    link: action.url,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
    row: { ...row, reasonCodes: row.reason_codes, documentTypes: row.document_types },
  };
  return [200, JSON.stringify(answerOf(known))];
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
