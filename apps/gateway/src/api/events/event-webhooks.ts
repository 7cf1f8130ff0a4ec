import { EVENT_TYPES, type EventType } from '@gatehouse/core';
import { getSchemaPath, type OpenAPIObject } from '@nestjs/swagger';

import { type Plain } from '../../http/plain.js';
import { EndpointEventDataView, PolicyEventDataView, VerificationEventDataView } from './event-data.view.js';

/** What events tell, for the document's components. */
export const EVENT_DATA_VIEWS = [
  VerificationEventDataView,
  PolicyEventDataView,
  EndpointEventDataView,
] as const;

type Webhooks = NonNullable<OpenAPIObject['webhooks']>;
type Webhook = NonNullable<Webhooks[string]['post']>;

interface Told<T> {
  readonly summary: string;
  readonly description: string;
  readonly data: new () => T;
  readonly example: Plain<T>;
}

const VERIFIED_EXAMPLE: Plain<VerificationEventDataView> = {
  verificationId: 'ver_01kahn4r5sf1trr9gy5vqd2s0x',
  environment: 'test',
  version: 3,
  status: 'verified',
  reasonCodes: [],
  attempt: 1,
  provider: 'sentinel',
  delivery: null,
};
const BEGUN_EXAMPLE = {
  ...VERIFIED_EXAMPLE,
  version: 1,
  status: 'requires_input',
  reasonCodes: ['awaiting_user'],
};
const TESTED_EXAMPLE: Plain<EndpointEventDataView> = {
  environment: 'test',
  endpointId: 'whe_01kahn4r5sf1trr9gy5vqd2s0x',
  reason: null,
  failingSince: null,
};

const aboutVerification = (
  summary: string,
  description: string,
  example: Plain<VerificationEventDataView>,
): Told<VerificationEventDataView> => ({ summary, description, data: VerificationEventDataView, example });
const aboutEndpoint = (
  summary: string,
  description: string,
  example: Plain<EndpointEventDataView>,
): Told<EndpointEventDataView> => ({ summary, description, data: EndpointEventDataView, example });

const WEBHOOKS = {
  'verification.created': aboutVerification(
    'A verification was begun, or adopted by an import',
    'The first that is told of it.',
    BEGUN_EXAMPLE,
  ),
  'verification.status_changed': aboutVerification(
    'A verification has another status, or other reason codes',
    'Read the verification for everything else; what has a lower `version` than you know is old news.',
    VERIFIED_EXAMPLE,
  ),
  'verification.delivery_updated': aboutVerification(
    'The provider’s message to the person got further, or did not',
    'Never a change of status.',
    { ...BEGUN_EXAMPLE, version: 2, delivery: { channel: 'sms', state: 'delivered' } },
  ),
  'verification.document_expiring': aboutVerification(
    'A document of a verified person is about to expire',
    'The verification stays verified.',
    { ...VERIFIED_EXAMPLE, version: 4, reasonCodes: ['document_expiring'] },
  ),
  'verification.erased': aboutVerification(
    'The personal data of a verification was erased',
    'Delete your copies. Status and proof survive.',
    { ...VERIFIED_EXAMPLE, version: 4 },
  ),
  'endpoint.disabled': aboutEndpoint(
    'A webhook endpoint is no longer sent anything',
    'It asked for it with 410, has failed for five days, or was disabled by a call.',
    { ...TESTED_EXAMPLE, reason: 'failing', failingSince: '2026-01-26T12:00:00.000Z' },
  ),
  'endpoint.test': aboutEndpoint(
    'You asked for a test of a webhook endpoint',
    'Sent to that endpoint alone, and not in the feed.',
    TESTED_EXAMPLE,
  ),
  'routing.rolled_back': {
    summary: 'A routing policy fell through its guardrail',
    description: 'The version before it is in force again, where there was one to go back to.',
    data: PolicyEventDataView,
    example: {
      environment: 'test',
      policyVersion: 4,
      backTo: 3,
      breach: 'pass_rate',
      is: 0.71,
      limit: 0.8,
      sample: 120,
    },
  },
} as const satisfies Readonly<
  Record<
    EventType | 'endpoint.test',
    Told<VerificationEventDataView> | Told<EndpointEventDataView> | Told<PolicyEventDataView>
  >
> &
  Record<string, unknown>;

const DELIVERY =
  'Sent as Standard Webhooks 1.0.0 has it: check `webhook-signature` over the raw bytes, and refuse a `webhook-timestamp` that is minutes away. Answer within 15 seconds, and work afterwards. Ten attempts are made over about three days; they may arrive in another order than the events happened in, and more than once: `webhook-id` stays the same.';

const HEADERS = [
  header(
    'webhook-id',
    'The event’s id, the same at every attempt. Keep it, and pass over what you have seen.',
    {
      pattern: '^evt_[0-7][0-9a-hjkmnp-tv-z]{25}$',
      example: 'evt_01kahn4r5sf1trr9gy5vqd2s0x',
    },
  ),
  header('webhook-timestamp', 'When this attempt was made: seconds since 1970.', {
    pattern: '^\\d+$',
    example: '1769860800',
  }),
  header(
    'webhook-signature',
    '`v1,` and the base64 of HMAC-SHA256 over `<webhook-id>.<webhook-timestamp>.<body>`, keyed with the secret of the endpoint. Several of them, with spaces between, while a secret is being rotated: one that fits is enough.',
    { example: 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=' },
  ),
];

/** What is published, and what only the endpoint hears of that it is about. */
const POSTED: readonly (EventType | 'endpoint.test')[] = [...EVENT_TYPES, 'endpoint.test'];

/** The `webhooks` of the document: one for each type of message that is posted. */
export function eventWebhooks(): Webhooks {
  return Object.fromEntries(POSTED.map((type) => [type, { post: webhook(type, WEBHOOKS[type]) }]));
}

function webhook(type: string, { summary, description, data, example }: Told<unknown>): Webhook {
  return {
    operationId: `receive${pascal(type)}`,
    tags: ['Webhooks'],
    summary,
    description: `${description}\n\n${DELIVERY}`,
    security: [],
    parameters: [...HEADERS],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['type', 'timestamp', 'data'],
            properties: {
              type: { type: 'string', enum: [type] },
              timestamp: { type: 'string', format: 'date-time', description: 'When it happened.' },
              data: { $ref: getSchemaPath(data) },
            },
          },
          example: { type, timestamp: '2026-01-31T12:05:00.000Z', data: example },
        },
      },
    },
    responses: {
      '2XX': { description: 'You have it. The body is not looked at.' },
      '410': { description: 'You want no more: the endpoint is disabled, and an event says so.' },
      default: {
        description:
          'Anything else, a redirect included, or nothing within 15 seconds: it is sent again. `Retry-After` is heeded.',
        headers: {
          'Retry-After': {
            description: 'Seconds until the next attempt, at least.',
            schema: { type: 'integer' },
          },
        },
      },
    },
  };
}

function header(
  name: string,
  description: string,
  { pattern, example }: { readonly pattern?: string; readonly example: string },
): NonNullable<Webhook['parameters']>[number] {
  const schema = { type: 'string', ...(pattern !== undefined && { pattern }) };
  return { name, in: 'header', required: true, description, schema, example };
}

/** `verification.status_changed` → `VerificationStatusChanged`. */
function pascal(type: string): string {
  return type
    .split(/[._]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
