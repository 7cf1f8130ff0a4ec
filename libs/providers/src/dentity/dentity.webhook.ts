import { type ImageLink, type InboundSignal, type RawWebhook, WebhookRefusal } from '@gatehouse/contract';
import { sha256 } from '@gatehouse/platform';

import { isHmacBase64 } from '../kit/signatures.js';
import { parseUntrustedJson, UnreadableJson } from '../kit/untrusted-json.js';
import { parseWebhookJson } from '../kit/webhook-json.js';
import { type DentityConnection } from './dentity.calls.js';
import { imageEvidenceOf, imageLinksOf } from './dentity.image-links.js';
import { observeWebhook } from './dentity.map.js';
import { type DentityWebhook, echoedMetadata, webhookBody } from './dentity.wire.js';

const SIGNATURE_HEADER = 'dentity-signature';
/** base64 of 32 bytes. */
const SIGNATURE_LENGTH = 44;
/** What a body without a type is (providers/dentity.md 6, last point). */
const DEFAULT_TYPE = 'verification_status';

/** Authenticates and parses one webhook: a PUT with an HMAC over its body (providers/dentity.md 6, 6.1). */
export function receiveDentityWebhook(
  { credentials, settings }: DentityConnection,
  webhook: RawWebhook,
): InboundSignal {
  if (credentials.secretKey === undefined)
    throw new WebhookRefusal('unconfigured', 'No secret key is configured');
  if (webhook.method.toUpperCase() !== 'PUT') throw new WebhookRefusal('malformed', 'Not a PUT');
  const authenticity = authenticate(credentials.secretKey, signatureOf(webhook), webhook.body);
  if (authenticity === null) throw new WebhookRefusal('unauthentic', 'The signature is wrong');
  const json = parseWebhookJson(webhook.body);
  const parsed = webhookBody.safeParse(json);
  if (!parsed.success) throw new WebhookRefusal('malformed', 'The body does not have the documented shape');
  return signalOf(parsed.data, imageLinksOf(parsed.data.idvImages, settings), {
    json,
    authenticity,
    bytes: webhook.body,
  });
}

/** The one signature. None, several or one of another length is refused before anything is computed. */
function signatureOf(webhook: RawWebhook): string {
  const values = Object.entries(webhook.headers)
    .filter(([name]) => name.toLowerCase() === SIGNATURE_HEADER)
    .flatMap(([, value]) => value ?? []);
  const [signature] = values;
  if (values.length !== 1 || signature?.length !== SIGNATURE_LENGTH)
    throw new WebhookRefusal('unauthentic', 'The signature is missing, repeated or of another length');
  return signature;
}

/**
 * What the signature covers. The vendor's sample signs the object as JavaScript writes it again; that equals the bytes only
 * if they were compact (providers/dentity.md 6.1, trap 3), so either is accepted and told apart.
 */
function authenticate(
  secret: string,
  signature: string,
  body: Uint8Array,
): 'hmac_raw' | 'hmac_reserialized' | null {
  if (isHmacBase64(secret, body, signature)) return 'hmac_raw';
  const rewritten = rewrite(body);
  return rewritten !== null && isHmacBase64(secret, rewritten, signature) ? 'hmac_reserialized' : null;
}

function rewrite(body: Uint8Array): string | null {
  try {
    parseUntrustedJson(body);
  } catch (error) {
    if (error instanceof UnreadableJson) return null;
    throw error;
  }
  // Parsed again as it is: what was read above has characters replaced that cannot be stored, and they were signed.
  return JSON.stringify(JSON.parse(new TextDecoder().decode(body)));
}

/** A body as it came, and how it proved itself. */
interface Proven {
  readonly json: unknown;
  readonly authenticity: string;
  readonly bytes: Uint8Array;
}

function signalOf(
  body: DentityWebhook,
  imageLinks: readonly ImageLink[],
  { json, authenticity, bytes }: Proven,
): InboundSignal {
  const event = body.type ?? DEFAULT_TYPE;
  const metadata = echoedMetadata.safeParse(body.metadata);
  return {
    event,
    correlation: {
      verificationId: metadata.success ? metadata.data.verificationId : null,
      reference: body._id,
      // Another verification of the same person may be open; the person does not identify this one.
      emails: [],
      phones: [],
    },
    observation: observeWebhook(body, imageEvidenceOf(imageLinks)),
    reference: body._id,
    handlePatch: { verificationId: body._id },
    authenticity,
    // providers/mapping.md 2.4 (4).
    dedupKey: JSON.stringify([
      event,
      body._id,
      body.status ?? null,
      // As it is written again, so that other white space does not make a repeat look new.
      sha256(rewrite(bytes) ?? Buffer.from(bytes)).toString('hex'),
    ]),
    imageLinks,
    evidence: evidenceOf(json, body),
  };
}

/**
 * Image URLs open the image for whoever has them for a minute (providers/dentity.md 7); only their names are kept. Of any
 * other address in it nobody knows what it opens, and a data URI is what it opens.
 */
function evidenceOf(json: unknown, body: DentityWebhook): unknown {
  const kept: unknown = JSON.parse(JSON.stringify(json), (_key, value: unknown) =>
    typeof value === 'string' && /https?:|^data:/iu.test(value) ? '(an address)' : value,
  );
  if (typeof kept !== 'object' || kept === null || !('idvImages' in kept)) return kept;
  return {
    ...kept,
    idvImages: body.idvImages.map(({ category, images }) => ({
      category: category ?? null,
      images: Object.entries(images ?? {}).flatMap(([name, url]) => (typeof url === 'string' ? [name] : [])),
    })),
  };
}
