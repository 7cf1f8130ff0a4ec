import { timingSafeEqual } from 'node:crypto';

import { Webhook } from 'standardwebhooks';

import { type Headers } from './headers.js';
import { isSecret } from './signing.js';

/** What was looked at, and what came of it. */
export interface Finding {
  readonly what: 'secret' | 'headers' | 'signature' | 'age';
  readonly ok: boolean;
  readonly detail: string;
}

export interface Examination {
  /** Whether a receiver that checks as asked would accept it. */
  readonly ok: boolean;
  readonly findings: readonly Finding[];
}

export interface StoredWebhook {
  readonly body: Buffer;
  readonly headers: Headers;
  readonly secret: string;
}

/** What receivers are told to allow (Standard Webhooks 1.0.0). */
const USUAL_TOLERANCE_SECONDS = 300;
const NAMES = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;

/**
 * Checks a webhook as a receiver does, and looks for the reason where it does not hold. A stored webhook is old by nature: its age
 * counts only where a tolerance is given.
 */
export function examine(webhook: StoredWebhook, now: Date, toleranceSeconds: number | null): Examination {
  const findings = [...about(webhook, now, toleranceSeconds)];
  return { ok: findings.every(({ ok }) => ok), findings };
}

function* about(
  { body, headers, secret }: StoredWebhook,
  now: Date,
  toleranceSeconds: number | null,
): Generator<Finding> {
  const missing = NAMES.filter((name) => (headers.get(name) ?? '') === '');
  yield missing.length === 0
    ? { what: 'headers', ok: true, detail: `${NAMES.join(', ')} are there.` }
    : { what: 'headers', ok: false, detail: `Missing: ${missing.join(', ')}.` };
  const isUsable = isSecret(secret);
  yield isUsable
    ? { what: 'secret', ok: true, detail: 'It has the form of an endpoint’s secret.' }
    : {
        what: 'secret',
        ok: false,
        detail: 'It is not base64 after whsec_: it was cut off, or is another secret.',
      };
  const [id = '', timestamp = '', signature = ''] = NAMES.map((name) => headers.get(name));
  if (missing.length > 0) return;
  if (!/^\d{1,12}$/.test(timestamp)) {
    yield { what: 'headers', ok: false, detail: 'webhook-timestamp is not a number of seconds.' };
    return;
  }
  const at = new Date(Number(timestamp) * 1000);
  if (isUsable) yield signatureFinding({ id, at, signature, body: body.toString(), secret });
  yield ageFinding(at, now, toleranceSeconds);
}

interface Signed {
  readonly id: string;
  readonly at: Date;
  readonly signature: string;
  readonly body: string;
  readonly secret: string;
}

function signatureFinding({ id, at, signature, body, secret }: Signed): Finding {
  const given = signature.split(' ').filter((one) => one.startsWith('v1,'));
  if (given.length === 0) {
    return { what: 'signature', ok: false, detail: 'webhook-signature has no signature of version v1.' };
  }
  const matches = (signer: Webhook, text: string): boolean => {
    const expected = Buffer.from(signer.sign(id, at, text));
    return given
      .map((one) => Buffer.from(one))
      .some((one) => one.length === expected.length && timingSafeEqual(one, expected));
  };
  const signer = new Webhook(secret);
  if (matches(signer, body))
    return { what: 'signature', ok: true, detail: 'It is of this body, under this secret.' };
  const near = variants(body).find(({ text }) => matches(signer, text));
  const raw = new Webhook(secret, { format: 'raw' });
  const why =
    near?.why ??
    (matches(raw, body)
      ? 'The sender signed with the text of the secret; it has to decode the base64 after whsec_.'
      : 'The body, the webhook-id or the webhook-timestamp was changed on the way, or the secret is another endpoint’s or from before its rotation.');
  return { what: 'signature', ok: false, detail: why };
}

/** What commonly becomes of a body between its sender and a file. */
function variants(body: string): readonly { readonly text: string; readonly why: string }[] {
  const parsed = parse(body);
  return [
    {
      text: body.replace(/\r?\n$/, ''),
      why: 'It is of the body without its last line break: something appended one.',
    },
    { text: `${body}\n`, why: 'It is of the body with a line break at its end: something cut that off.' },
    {
      text: body.replace(/^\uFEFF/, ''),
      why: 'It is of the body without the byte order mark that it begins with.',
    },
    ...(parsed === undefined
      ? []
      : [undefined, 2, 4].map((indent) => ({
          text: JSON.stringify(parsed, null, indent),
          why: 'The body was parsed and written anew on the way; keep the bytes as they came.',
        }))),
  ];
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function ageFinding(at: Date, now: Date, toleranceSeconds: number | null): Finding {
  const age = Math.round((now.getTime() - at.getTime()) / 1000);
  const when = age < 0 ? `${-age} s in the future` : `${age} s ago`;
  const tolerance = toleranceSeconds ?? USUAL_TOLERANCE_SECONDS;
  const isWithin = Math.abs(age) <= tolerance;
  const refusal = isWithin ? '' : ` A receiver with a tolerance of ${tolerance} s refuses it now.`;
  return { what: 'age', ok: isWithin || toleranceSeconds === null, detail: `Signed ${when}.${refusal}` };
}
