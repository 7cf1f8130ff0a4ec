export {
  type Answer,
  type CallOptions,
  type Calls,
  type Item,
  type ListPath,
  type ParseAs,
} from './calls.js';
export { type EventData, type EventType, type GatehouseEvent } from './event.js';
export { type FeedOptions, type FeedPage } from './event-feed.js';
export { createGatehouse, type Gatehouse, type GatehouseOptions } from './gatehouse.js';
export { GatehouseProblem, GatehouseUnreachable } from './problem.js';
export {
  type CreateVerification,
  type FieldError,
  type Paths,
  type Problem,
  type ProblemCode,
  type ReasonCode,
  type Schemas,
  type Verification,
  type VerificationStatus,
} from './schemas.js';
export { isSettled, type Verifications, type WaitOptions } from './verifications.js';
export { verifyWebhook, type WebhookHeaders, WebhookVerificationError } from './webhook.js';
