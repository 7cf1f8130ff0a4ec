import { type ByteStream } from '@gatehouse/contract';
import { type Readable } from 'node:stream';

import { decodeBase64 } from '../kit/base64-stream.js';
import { peek, streamOf } from '../kit/byte-stream.js';
import { readAnswer } from '../kit/json-answer.js';
import { type IsLong } from '../kit/json-events.js';
import { type JsonEntry, type LongString } from '../kit/json-strings.js';
import { requirePdf } from '../kit/pdf-stream.js';
import { type Broken } from '../kit/provider-failures.js';
import { type OpenAnswer, type ProviderHttp } from '../kit/provider-http.js';
import { UnreadableJson } from '../kit/untrusted-json.js';
import { addressed, type DentityConnection } from './dentity.calls.js';

/**
 * What Dentity answers after 24 hours, or where the account's agent has no report, is not documented (providers/dentity.md
 * 4.3). A refused key shows as a 401 and at every other call.
 */
const NO_REPORT = [204, 400, 403, 404, 409, 410, 422];
/** It may be made while it is asked for. */
const TIMEOUT_MS = 20_000;

const isPdf: IsLong = ([data, pdf, ...below]) => data === 'data' && pdf === 'pdf' && below.length === 0;

/** The report of a verification as it arrives; null: there is none, or no more. */
export async function openReport(
  http: ProviderHttp,
  connection: DentityConnection,
  verificationId: string,
  request: { readonly confidences: boolean; readonly signal: AbortSignal },
): Promise<ByteStream | null> {
  const path = `/verification/${encodeURIComponent(verificationId)}/pdf?confidences=${request.confidences}`;
  const call = {
    ...addressed(connection, path),
    operation: 'fetch a report of Dentity',
    method: 'GET',
    effectOnLostAnswer: 'none',
    repeatable: true,
    timeoutMs: TIMEOUT_MS,
    signal: request.signal,
  } as const;
  const answer = await http.openIfPresent(call, NO_REPORT);
  const bytes = answer === null ? null : await pdfIn(answer);
  return bytes === null ? null : { mediaType: 'application/pdf', bytes };
}

/** `{"data":{"pdf":"<base64>"}}`, of which one piece at a time is in memory; null where that is null, empty or missing. */
async function pdfIn(answer: OpenAnswer): Promise<Readable | null> {
  const entries = readAnswer(answer, isPdf);
  for (let next = await entries.next(); next.done !== true; next = await entries.next()) {
    const { value: entry } = next;
    if (entry.kind === 'long') return pdfOf(entry, entries, answer);
    const [data, pdf] = entry.path;
    if (data === 'data' && pdf === 'pdf' && entry.value !== null) {
      answer.body.destroy();
      throw answer.broken('has a report that is no text');
    }
  }
  return null;
}

async function pdfOf(
  text: LongString,
  rest: AsyncIterator<JsonEntry, unknown>,
  { body, broken }: OpenAnswer,
): Promise<Readable | null> {
  const bytes = streamOf(decodeBase64(toTheEnd(text, rest, broken), broken));
  bytes.once('close', () => body.destroy());
  const head = await peek(bytes, 1);
  return head.length === 0 ? null : requirePdf(bytes, broken);
}

/** An answer that does not end as it should may have lost something of the report too. */
async function* toTheEnd(
  { chunks }: LongString,
  rest: AsyncIterator<JsonEntry, unknown>,
  broken: Broken,
): AsyncGenerator<string, void, undefined> {
  try {
    yield* chunks;
  } catch (error) {
    throw error instanceof UnreadableJson ? broken('is not readable JSON', error) : error;
  }
  while ((await rest.next()).done !== true);
}
