import { PROVIDER_FAULTS } from '@gatehouse/contract';
import { DEFAULT_OVERLAP_SECONDS, ENVIRONMENTS, MAX_OVERLAP_SECONDS } from '@gatehouse/core';
import { ApiProperty } from '@nestjs/swagger';

import { type BodyExamples } from '../../http/body.js';
import { OpenObject, Whole } from '../../http/members.js';
import { type Plain } from '../../http/plain.js';
import { CallSummaryView } from '../call-summary.view.js';

export class PutConnectionBody {
  @OpenObject({
    description: 'Never shown again. The provider’s own fields; left out, those that are stored stay.',
    example: { apiKey: 'example-api-key', secretKey: 'example-secret-key' },
  })
  credentials?: Record<string, unknown> | null;

  @OpenObject({
    description: 'The provider’s own fields.',
    example: { baseUrl: 'https://api.dentity.example/core/api/v1' },
  })
  settings?: Record<string, unknown> | null;

  @Whole({
    min: 0,
    max: MAX_OVERLAP_SECONDS,
    default: DEFAULT_OVERLAP_SECONDS,
    description:
      'For how long credentials that change are still used where the provider refuses the new ones, and to check webhooks. Three former versions are kept at most. A new address of the provider, or 0, ends all former ones at once, also where the credentials do not change; any other value changes nothing then.',
    example: DEFAULT_OVERLAP_SECONDS,
  })
  overlapSeconds?: number | null;
}

export class ConnectionHealthView extends CallSummaryView {
  @ApiProperty({
    enum: ['closed', 'open', 'half_open'],
    description:
      '`open`: its calls have been failing, and none is made for a while. `half_open`: it is being tried.',
  })
  breaker!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When it is tried again.' })
  openUntil!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    enum: [...PROVIDER_FAULTS, null],
    description: 'What opened the breaker last.',
  })
  lastFault!: string | null;
}

export class ConnectionView {
  @ApiProperty({ example: 'con_01kahn4r5sf1trr9gy5vqd2s0x' })
  id!: string;

  @ApiProperty({ example: 'dentity' })
  provider!: string;

  @ApiProperty({ enum: ENVIRONMENTS })
  environment!: string;

  @ApiProperty({ type: 'object', additionalProperties: true })
  settings!: Record<string, unknown>;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string', enum: ['set'] },
    description: 'Which credentials are stored; never their values.',
    example: { apiKey: 'set', secretKey: 'set' },
  })
  credentials!: Record<string, 'set'>;

  @ApiProperty({
    type: 'array',
    items: { type: 'string', format: 'date-time' },
    description:
      'Until when each of the former credentials is still used, newest first; empty: only the current ones are.',
    example: ['2026-02-01T12:00:00.000Z'],
  })
  formerCredentialsUntil!: string[];

  @ApiProperty({
    type: String,
    format: 'uri',
    nullable: true,
    description: 'Where the provider has to send its webhooks; null for a provider that has none.',
  })
  webhookUrl!: string | null;

  @ApiProperty({ type: ConnectionHealthView })
  health!: ConnectionHealthView;

  @ApiProperty({ type: 'integer', minimum: 1 })
  version!: number;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt!: string;
}

export class ConnectionListView {
  @ApiProperty({ type: [ConnectionView] })
  data!: ConnectionView[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Always null: there are no more than there are providers.',
  })
  nextCursor!: null;
}

export class FindingView {
  @ApiProperty()
  ok!: boolean;

  @ApiProperty({ example: 'credentials' })
  what!: string;

  @ApiProperty({ example: 'The provider accepted them.' })
  detail!: string;
}

export class ConnectionCheckView {
  @ApiProperty()
  ok!: boolean;

  @ApiProperty({ type: [FindingView] })
  findings!: FindingView[];
}

export const CONNECT_EXAMPLES: BodyExamples<PutConnectionBody> = {
  sentinel: {
    credentials: {
      clientUuid: '00000000-0000-4000-8000-000000000000',
      clientSecret: 'example-client-secret',
      callbackPassphrase: 'example-callback-passphrase',
    },
    settings: { baseUrl: 'https://api.sentinel.example' },
  },
  sardine: {
    credentials: { clientId: 'example-client-id', clientSecret: 'example-client-secret' },
    settings: { baseUrl: 'https://api.sardine.example/v1', highRisk: 'review', mediumRisk: 'verify' },
  },
  dentity: {
    credentials: { apiKey: 'example-api-key', secretKey: 'example-secret-key' },
    settings: { baseUrl: 'https://api.dentity.example/core/api/v1' },
  },
  newSecretAtOnce: {
    credentials: { apiKey: 'example-api-key', secretKey: 'example-new-secret-key' },
    overlapSeconds: 0,
  },
};

export const CONNECTION_EXAMPLE: Plain<ConnectionView> = {
  id: 'con_01kahn4r5sf1trr9gy5vqd2s0x',
  provider: 'dentity',
  environment: 'test',
  settings: { baseUrl: 'https://api.dentity.example/core/api/v1' },
  credentials: { apiKey: 'set', secretKey: 'set' },
  formerCredentialsUntil: [],
  webhookUrl: 'https://gatehouse.example/hooks/dentity/con_01kahn4r5sf1trr9gy5vqd2s0x/a-token',
  health: {
    calls: 0,
    p50Ms: null,
    p95Ms: null,
    errorRate: null,
    faults: {},
    breaker: 'closed',
    openUntil: null,
    lastFault: null,
  },
  version: 1,
  createdAt: '2026-01-31T12:00:00.000Z',
  updatedAt: '2026-01-31T12:00:00.000Z',
};

export const CONNECTION_CHECK_EXAMPLE: Plain<ConnectionCheckView> = {
  ok: true,
  findings: [{ ok: true, what: 'credentials', detail: 'The provider accepted them.' }],
};

export class RegisteredWebhookView {
  @ApiProperty({ enum: [true] })
  registered!: true;

  @ApiProperty({ format: 'uri', description: 'Where the provider sends its webhooks from now on.' })
  webhookUrl!: string;
}

export const REGISTERED_WEBHOOK_EXAMPLE: Plain<RegisteredWebhookView> = {
  registered: true,
  webhookUrl: 'https://gatehouse.example/hooks/sentinel/con_01kahn4r5sf1trr9gy5vqd2s0x/a-token',
};
