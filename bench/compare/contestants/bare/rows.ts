import { randomBytes } from 'node:crypto';

import { sha256 } from '../../../../libs/platform/src/crypto/hash.js';
import { SystemIds } from '../../../../libs/platform/src/ids.js';
import { filled, type Pattern } from '../pattern.js';

/** What a caller asks for, as far as these programs look at it. */
export interface CreateBody {
  readonly subject: { readonly email: string; readonly phone: string };
  readonly reference: string;
  readonly redirectUrl: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What the first of the two statements writes, for one request. */
export interface Beginning {
  readonly id: string;
  readonly key: string;
  readonly now: Date;
  readonly actor: string;
  readonly requestHash: Buffer;
  readonly subjectId: string;
  readonly keyWrapped: Buffer;
  readonly details: Buffer;
  readonly emailHash: Buffer;
  readonly phoneHash: Buffer;
  readonly request: Buffer;
  readonly referenceHash: Buffer;
  readonly entryId: string;
  readonly dueAt: Date;
  readonly expiresAt: Date;
}

/** What the second one writes. */
export interface Ending {
  readonly id: string;
  readonly key: string;
  readonly now: Date;
  readonly actor: string;
  readonly handle: Buffer;
  readonly action: Buffer;
  readonly facts: string;
  readonly dueAt: Date;
  readonly entryId: string;
  readonly response: Buffer;
}

const WEEK_MS = 604_800_000;
const MINUTE_MS = 60_000;
const ids = new SystemIds();

export function beginningOf(
  pattern: Pattern,
  body: CreateBody,
  { keyId, idempotencyKey, bytes }: { keyId: string; idempotencyKey: string; bytes: Buffer },
): Beginning {
  const now = new Date();
  const { reference, redirectUrl, metadata, subject } = body;
  return {
    id: ids.next(),
    key: sha256(idempotencyKey).toString('base64url'),
    now,
    actor: `key:${keyId}`,
    requestHash: sha256(bytes),
    subjectId: ids.next(),
    keyWrapped: randomBytes(pattern.bytes.keyWrapped),
    details: filled(JSON.stringify(subject), pattern.bytes.details),
    emailHash: sha256(subject.email),
    phoneHash: sha256(subject.phone),
    request: filled(JSON.stringify({ reference, redirectUrl, metadata }), pattern.bytes.request),
    referenceHash: sha256(reference),
    entryId: ids.next(),
    dueAt: new Date(now.getTime() + MINUTE_MS),
    expiresAt: new Date(now.getTime() + WEEK_MS),
  };
}

export function endingOf(
  pattern: Pattern,
  { id, key, actor }: Beginning,
  body: CreateBody,
  { link, answer }: { link: string; answer: string },
): Ending {
  const now = new Date();
  const { email, phone } = body.subject;
  return {
    id,
    key,
    now,
    actor,
    handle: filled(JSON.stringify({ email, phone, startedAt: now }), pattern.bytes.handle),
    action: filled(JSON.stringify({ type: 'redirect', url: link }), pattern.bytes.action),
    facts: JSON.stringify({ ...pattern.facts, startedAt: now }),
    dueAt: new Date(now.getTime() + MINUTE_MS),
    entryId: ids.next(),
    response: filled(answer, pattern.bytes.response),
  };
}
