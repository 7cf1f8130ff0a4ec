import { z } from 'zod';

/**
 * A planned misbehaviour of a twin. `path` matches anywhere in the request path (webhooks: in their body), `times` counts
 * how often it happens before it is gone.
 */
export const faultInput = z.discriminatedUnion('kind', [
  z.strictObject({
    on: z.literal('request'),
    kind: z.literal('latency'),
    ...scope(),
    delayMs: milliseconds(),
  }),
  z.strictObject({ on: z.literal('request'), kind: z.literal('hang'), ...scope() }),
  z.strictObject({ on: z.literal('request'), kind: z.literal('reset'), ...scope() }),
  z.strictObject({
    on: z.literal('request'),
    kind: z.literal('status'),
    ...scope(),
    status: z.int().min(400).max(599),
    body: z.string().default('{"message":"Internal server error"}'),
    headers: z.record(z.string(), z.string()).default({}),
    /** True: the twin does what was asked and only the answer is lost. */
    afterEffect: z.boolean().default(false),
  }),
  z.strictObject({ on: z.literal('request'), kind: z.literal('html'), ...scope() }),
  z.strictObject({ on: z.literal('request'), kind: z.literal('truncate'), ...scope() }),
  z.strictObject({ on: z.literal('webhook'), kind: z.literal('lost'), ...scope() }),
  z.strictObject({ on: z.literal('webhook'), kind: z.literal('twice'), ...scope() }),
  z.strictObject({ on: z.literal('webhook'), kind: z.literal('late'), ...scope(), delayMs: milliseconds() }),
]);

export type Fault = z.infer<typeof faultInput>;
export type RequestFault = Extract<Fault, { on: 'request' }>;
export type WebhookFault = Extract<Fault, { on: 'webhook' }>;

function scope(): { path: z.ZodDefault<z.ZodString>; times: z.ZodDefault<z.ZodInt> } {
  return { path: z.string().default(''), times: z.int().min(1).default(1) };
}

function milliseconds(): z.ZodInt {
  return z.int().min(0).max(600_000);
}

/** The faults waiting to happen at one account, in the order they were planned. */
export class FaultPlan {
  #faults: Fault[] = [];

  add(fault: Fault): void {
    this.#faults.push({ ...fault });
  }

  takeForRequest(path: string): RequestFault | undefined {
    return this.#take((fault): fault is RequestFault => fault.on === 'request' && path.includes(fault.path));
  }

  takeForWebhook(body: string): WebhookFault | undefined {
    return this.#take((fault): fault is WebhookFault => fault.on === 'webhook' && body.includes(fault.path));
  }

  list(): readonly Fault[] {
    return this.#faults;
  }

  clear(): void {
    this.#faults = [];
  }

  #take<T extends Fault>(matches: (fault: Fault) => fault is T): T | undefined {
    const fault = this.#faults.find(matches);
    if (fault === undefined) return undefined;
    fault.times -= 1;
    if (fault.times === 0) this.#faults = this.#faults.filter((other) => other !== fault);
    return fault;
  }
}
