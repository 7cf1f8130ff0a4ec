import { EVENT_TYPES, type EventType } from '@gatehouse/core';

import { type BodyExamples } from '../../http/body.js';
import { Flag, OneOf, OutboundUrl, SetOf, Text, Timestamp } from '../../http/members.js';

const URL_WORDS = {
  example: 'https://app.example/hooks/gatehouse',
  description:
    'Where events are posted. No user, password or fragment; unless this deployment allows private networks: https, port 443 or 8443, and a public host by its name.',
} as const;

const DESCRIPTION = { max: 200, example: 'the backend' } as const;

const TYPES = {
  example: ['verification.created', 'verification.status_changed'],
  description: 'Only events of these types. Empty: all, also those that there will be.',
} as const;

const DISABLED = { description: 'Whether nothing is posted to it.' } as const;

export class CreateWebhookEndpointBody {
  @OutboundUrl({ ...URL_WORDS, required: true })
  url!: string;

  @Text(DESCRIPTION)
  description?: string | null;

  @SetOf(EVENT_TYPES, TYPES)
  eventTypes?: EventType[] | null;

  @Flag({ ...DISABLED, default: false })
  disabled?: boolean | null;
}

export class ChangeWebhookEndpointBody {
  @OutboundUrl(URL_WORDS)
  url?: string | null;

  @Text(DESCRIPTION)
  description?: string | null;

  @SetOf(EVENT_TYPES, TYPES)
  eventTypes?: EventType[] | null;

  @Flag(DISABLED)
  disabled?: boolean | null;
}

export class ReplayBody {
  @Timestamp({ required: true, example: '2026-01-31T00:00:00Z', description: 'From then on.' })
  since!: string;

  @Timestamp({
    required: true,
    example: '2026-02-01T00:00:00Z',
    description: 'Up to then, which is not in it; after `since`, and may be still to come.',
  })
  until!: string;

  @OneOf(['all', 'undelivered'], {
    default: 'all',
    description: '`undelivered`: only what has not reached the endpoint.',
  })
  only?: 'all' | 'undelivered' | null;
}

export const ENDPOINT_EXAMPLES: BodyExamples<CreateWebhookEndpointBody> = {
  everything: { url: URL_WORDS.example },
  someTypes: {
    url: URL_WORDS.example,
    description: 'the backend',
    eventTypes: ['verification.created', 'verification.status_changed'],
  },
};

export const ENDPOINT_CHANGE_EXAMPLES: BodyExamples<ChangeWebhookEndpointBody> = {
  address: { url: 'https://app.example/hooks/new' },
  disable: { disabled: true },
};

export const REPLAY_EXAMPLES: BodyExamples<ReplayBody> = {
  day: { since: '2026-01-31T00:00:00Z', until: '2026-02-01T00:00:00Z' },
  missed: { since: '2026-01-31T00:00:00Z', until: '2026-02-01T00:00:00Z', only: 'undelivered' },
};
