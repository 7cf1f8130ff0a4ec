import { z } from 'zod';

import { digits } from './contacts.js';

/** Happens to any request of any vendor, before or instead of its answer. */
export const TRANSPORT_FAULTS = [
  'latency',
  'hang',
  'reset',
  'lost-answer',
  'status',
  'rate-limit',
  'html',
  'truncate',
  'credentials',
] as const;

/** Changes what one vendor answers; which vendor can have which is said by its twin. */
export const ANSWER_FAULTS = [
  'stale',
  'wrong-person',
  'unknown-value',
  'revoked',
  'bulk-strangers',
  'bulk-gaps',
  'gone',
] as const;

/** Happens to a webhook; of a vendor that sends some. */
export const WEBHOOK_FAULTS = [
  'lost',
  'twice',
  'late',
  'reordered',
  'unsigned',
  'wrong-signature',
  'pretty',
] as const;

const FORMS = ['unsigned', 'wrong-signature', 'pretty'] as const;
/** How the bytes of a webhook differ from what the vendor would send. */
export type WebhookForm = (typeof FORMS)[number];

/** Which requests or webhooks a fault is for, and how often. */
export const faultScope = {
  /** Part of the request's path and query; of a webhook, part of its body. */
  path: z.string().default(''),
  /** Part of the body, of the request or of the webhook. */
  bodyContains: z.string().default(''),
  /** An id or contact: only what is about this person, under any name the vendor knows them by. */
  person: z.string().min(1).nullable().default(null),
  /** How often it happens before it is gone; null: until it is removed. */
  times: z.int().min(1).nullable().default(1),
};

const request = { on: z.literal('request'), name: z.string().min(1).nullable().default(null), ...faultScope };
const webhook = { ...request, on: z.literal('webhook') };
const delayMs = z.int().min(0).max(600_000);

/** A planned misbehaviour of a twin, as the control API takes it. */
export const faultInput = z.discriminatedUnion('kind', [
  z.strictObject({ ...request, kind: z.literal('latency'), delayMs }),
  z.strictObject({ ...request, kind: z.literal('hang') }),
  z.strictObject({ ...request, kind: z.literal('reset') }),
  /** The twin does what was asked, then cuts the connection. */
  z.strictObject({ ...request, kind: z.literal('lost-answer') }),
  z.strictObject({
    ...request,
    kind: z.literal('status'),
    status: z.int().min(400).max(599),
    body: z.string().default('{"message":"Internal server error"}'),
    headers: z.record(z.string(), z.string()).default({}),
    /** True: the twin does what was asked and only the answer is lost. */
    afterEffect: z.boolean().default(false),
  }),
  z.strictObject({
    ...request,
    kind: z.literal('rate-limit'),
    /** Of the `Retry-After` header; null leaves it out. */
    retryAfterSeconds: z.int().min(0).nullable().default(1),
  }),
  z.strictObject({ ...request, kind: z.literal('html'), status: z.int().min(200).max(599).default(200) }),
  z.strictObject({ ...request, kind: z.literal('truncate') }),
  z.strictObject({ ...request, kind: z.literal('credentials') }),
  z.strictObject({ ...request, kind: z.literal('stale') }),
  z.strictObject({ ...request, kind: z.literal('wrong-person') }),
  z.strictObject({
    ...request,
    kind: z.literal('unknown-value'),
    /** Null: one that no page of the vendor lists. */
    value: z
      .union([z.string().min(1), z.int()])
      .nullable()
      .default(null),
  }),
  z.strictObject({ ...request, kind: z.literal('revoked') }),
  z.strictObject({ ...request, kind: z.literal('bulk-strangers') }),
  z.strictObject({ ...request, kind: z.literal('bulk-gaps') }),
  z.strictObject({ ...request, kind: z.literal('gone') }),
  z.strictObject({ ...webhook, kind: z.literal('lost') }),
  z.strictObject({ ...webhook, kind: z.literal('twice') }),
  z.strictObject({ ...webhook, kind: z.literal('late'), delayMs }),
  z.strictObject({ ...webhook, kind: z.literal('reordered') }),
  z.strictObject({ ...webhook, kind: z.literal('unsigned') }),
  z.strictObject({ ...webhook, kind: z.literal('wrong-signature') }),
  z.strictObject({ ...webhook, kind: z.literal('pretty') }),
]);

export type FaultInput = z.input<typeof faultInput>;
export type Fault = z.output<typeof faultInput>;
export type FaultKind = Fault['kind'];
export type TransportKind = (typeof TRANSPORT_FAULTS)[number];
export type AnswerKind = (typeof ANSWER_FAULTS)[number];
export type WebhookKind = (typeof WEBHOOK_FAULTS)[number];
export type FaultOf<Kind extends FaultKind> = Extract<Fault, { kind: Kind }>;
export type TransportFault = FaultOf<TransportKind>;

export function isWebhookForm(kind: string): kind is WebhookForm {
  return FORMS.some((form) => form === kind);
}

/** What a request or a webhook is about, as far as a fault can see. */
export interface FaultTarget {
  readonly path: string;
  readonly body: string;
  /** Is told the name of a fault that happens here. */
  readonly happened?: (name: string) => void;
}

export type Planned<Kind extends FaultKind> = FaultOf<Kind> & {
  readonly name: string;
  /** How often it has happened. */
  happened: number;
};
export type PlannedFault = Planned<FaultKind>;

const KEPT_DONE = 200;

/** The faults waiting to happen at one account, in the order they were planned, and those that are over. */
export class FaultPlan {
  readonly #namesOf: (person: string) => readonly string[];
  #waiting: PlannedFault[] = [];
  #done: PlannedFault[] = [];
  #planned = 0;

  /** `namesOf`: every id and contact by which the vendor knows a person. */
  constructor(namesOf: (person: string) => readonly string[]) {
    this.#namesOf = namesOf;
  }

  add(fault: Fault): PlannedFault {
    this.#planned += 1;
    const planned = { ...fault, name: fault.name ?? `fault-${this.#planned}`, happened: 0 };
    this.#waiting.push(planned);
    return planned;
  }

  takeForRequest(target: FaultTarget): Planned<TransportKind> | undefined {
    return this.#take(TRANSPORT_FAULTS, target);
  }

  /** Asked for where an answer is made: only there is known what the request reads. */
  takeForAnswer<Kind extends AnswerKind>(kind: Kind, target: FaultTarget): Planned<Kind> | undefined {
    return this.#take([kind], target);
  }

  takeForWebhook(body: string): Planned<WebhookKind> | undefined {
    return this.#take(WEBHOOK_FAULTS, { path: body, body });
  }

  list(): readonly PlannedFault[] {
    return this.#waiting;
  }

  /** Faults that have happened as often as they were to, oldest first. */
  done(): readonly PlannedFault[] {
    return this.#done;
  }

  /** How many waited or were over under this name and are now forgotten. */
  remove(name: string): number {
    const before = this.#waiting.length + this.#done.length;
    this.#waiting = this.#waiting.filter((fault) => fault.name !== name);
    this.#done = this.#done.filter((fault) => fault.name !== name);
    return before - this.#waiting.length - this.#done.length;
  }

  clear(): void {
    this.#waiting = [];
    this.#done = [];
  }

  #take<Kind extends FaultKind>(kinds: readonly Kind[], target: FaultTarget): Planned<Kind> | undefined {
    const fault = this.#waiting.find(
      (candidate): candidate is Planned<Kind> =>
        kinds.some((kind) => kind === candidate.kind) && this.#concerns(candidate, target),
    );
    if (fault === undefined) return undefined;
    fault.happened += 1;
    target.happened?.(fault.name);
    if (fault.times !== null) fault.times -= 1;
    if (fault.times === 0) {
      this.#waiting = this.#waiting.filter((other) => other !== fault);
      this.#done.push(fault);
      if (this.#done.length > KEPT_DONE) this.#done.shift();
    }
    return fault;
  }

  #concerns(fault: PlannedFault, target: FaultTarget): boolean {
    if (!target.path.includes(fault.path) || !target.body.includes(fault.bodyContains)) return false;
    return fault.person === null || mentions(target, [fault.person, ...this.#namesOf(fault.person)]);
  }
}

/** Whole names only; phones by their digits, which one vendor takes in two parts: the country's and the rest. */
function mentions(target: FaultTarget, names: readonly string[]): boolean {
  const text = `${decoded(target.path)}\n${target.body}`.toLowerCase();
  const numbers = new Set(text.match(/\d+/g));
  return names.some((name) => {
    if (/^[+\d\s()-]{7,}$/.test(name)) return hasNumber(numbers, digits(name));
    return new RegExp(String.raw`(?<![\w.+%-])${escaped(name.toLowerCase())}(?![\w-]|\.\w)`).test(text);
  });
}

function hasNumber(numbers: ReadonlySet<string>, phone: string): boolean {
  const inTwo = [1, 2, 3].some(
    (length) => numbers.has(phone.slice(0, length)) && numbers.has(phone.slice(length)),
  );
  return inTwo || numbers.has(phone);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
