import { z } from 'zod';

/** Switches that every vendor's account has. */
export const sharedSwitches = {
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null)
    .describe('where people open hosted pages, when it is not the host the API was called on'),
  autoDelayMs: z
    .int()
    .min(0)
    .max(600_000)
    .nullable()
    .default(null)
    .describe(
      'how long a magic person takes, in milliseconds of real time; null: as the simulator was started',
    ),
  rateLimitPerSecond: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'rate limits are unknown: requests per second of the account clock before 429 with Retry-After; null: no limit',
    ),
};

/** Switches of vendors that send webhooks: how they retry, what they take for received, and in which order they send, are unknown. */
export const webhookSwitches = {
  webhookRetries: z
    .int()
    .min(0)
    .max(20)
    .default(0)
    .describe('retry policy unknown: how often a webhook is sent again that was not answered as webhookAck'),
  webhookRetryDelayMs: z.int().min(0).max(600_000).default(1000).describe('real time before each retry'),
  webhookAck: z
    .enum(['2xx', '200'])
    .default('2xx')
    .describe('expected response code unknown: which answers count as received'),
  webhookTimeoutMs: z
    .int()
    .min(10)
    .max(120_000)
    .default(15_000)
    .describe('timeout unknown: how long an answer is waited for'),
  webhooksInOrder: z
    .boolean()
    .default(true)
    .describe("ordering unknown: whether one person's webhooks wait for each other"),
};

export type SharedSwitches = z.output<z.ZodObject<typeof sharedSwitches>>;
export type WebhookSwitches = z.output<z.ZodObject<typeof webhookSwitches>>;
