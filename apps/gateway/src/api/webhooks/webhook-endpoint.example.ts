import { type BodyExamples } from '../../http/body.js';
import {
  type ChangeWebhookEndpointBody,
  type CreateWebhookEndpointBody,
  type ReplayBody,
} from './webhook-endpoint.dto.js';

export const CREATE_EXAMPLES: BodyExamples<CreateWebhookEndpointBody> = {
  everything: { url: 'https://app.example/hooks/gatehouse' },
  someTypes: {
    url: 'https://app.example/hooks/gatehouse',
    description: 'the backend',
    eventTypes: ['verification.created', 'verification.status_changed'],
  },
};

export const CHANGE_EXAMPLES: BodyExamples<ChangeWebhookEndpointBody> = {
  move: { url: 'https://app.example/hooks/new' },
  pause: { disabled: true },
  resume: { disabled: false },
};

export const REPLAY_EXAMPLES: BodyExamples<ReplayBody> = {
  everything: { since: '2026-01-31T00:00:00Z', until: '2026-02-01T00:00:00Z' },
  missing: { since: '2026-01-31T00:00:00Z', until: '2026-02-01T00:00:00Z', only: 'undelivered' },
};
