import { z } from 'zod';

import { seededFractions } from './chance.js';
import { type WebhookKind } from './faults.js';

const probability = z.number().min(0).max(1).default(0);

/** How likely each misfortune is, from 0 to 1. All zero is calm. */
export const weatherInput = z.strictObject({
  /** The same seed and the same calls give the same weather. */
  seed: z.string().min(1).default('weather'),
  /** 500, 502 or 503 instead of doing anything. */
  serverErrors: probability,
  /** 429 with `Retry-After: 1`. */
  rateLimits: probability,
  /** What was asked is done, and the connection cut before the answer. */
  lostAnswers: probability,
  /** Half of the answer. */
  truncated: probability,
  /** Each answer to which nothing worse happens waits between nothing and this long. Milliseconds of real time. */
  latencyMs: z.int().min(0).max(60_000).default(0),
  /** Answers with members that nobody documented. */
  extraKeys: probability,
  webhooksLost: probability,
  webhooksTwice: probability,
  webhooksReordered: probability,
  /** Wrong proof of who sent it, or none. */
  webhooksForged: probability,
});

export type WeatherSettings = z.output<typeof weatherInput>;

/** What the weather does to one request. */
export interface RequestWeather {
  readonly delayMs: number;
  readonly misfortune: RequestMisfortune | null;
  /** A member to put into the answer, as `"name":value`; null: none. */
  readonly extraMember: string | null;
}

export type RequestMisfortune =
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'rate-limit' }
  | { readonly kind: 'lost-answer' }
  | { readonly kind: 'truncate' };

export type WebhookMisfortune = Extract<
  WebhookKind,
  'lost' | 'twice' | 'reordered' | 'unsigned' | 'wrong-signature'
>;

const CALM: WeatherSettings = weatherInput.parse({});
const SERVER_ERRORS = [500, 502, 503];
const EXTRA_VALUES = ['null', '0', '"unexpected"', '{"nested":[]}', '[1,"two",null]', 'true'];

/** Random misfortune at one account. The n-th request and the n-th webhook always fare the same with the same seed. */
export class Weather {
  #settings = CALM;
  #requests = 0;
  #webhooks = 0;

  get settings(): WeatherSettings {
    return this.#settings;
  }

  /** Also starts counting anew. */
  set(settings: WeatherSettings): void {
    this.#settings = settings;
    this.#requests = 0;
    this.#webhooks = 0;
  }

  calm(): void {
    this.set(CALM);
  }

  forRequest(): RequestWeather {
    this.#requests += 1;
    const { seed, serverErrors, rateLimits, lostAnswers, truncated, latencyMs, extraKeys } = this.#settings;
    const [first, second, third, fourth, fifth] = drawn(`${seed}/request/${this.#requests}`);
    const misfortune = outcome(first, [
      [serverErrors, { kind: 'status', status: pick(SERVER_ERRORS, second) } as const],
      [rateLimits, { kind: 'rate-limit' } as const],
      [lostAnswers, { kind: 'lost-answer' } as const],
      [truncated, { kind: 'truncate' } as const],
    ]);
    const name = `x_${Math.floor(fifth * 0xffff).toString(16)}`;
    return {
      delayMs: Math.floor(third * latencyMs),
      misfortune,
      extraMember: fourth < extraKeys ? `"${name}":${pick(EXTRA_VALUES, fifth)}` : null,
    };
  }

  forWebhook(): WebhookMisfortune | null {
    this.#webhooks += 1;
    const { seed, webhooksLost, webhooksTwice, webhooksReordered, webhooksForged } = this.#settings;
    const [first, second] = drawn(`${seed}/webhook/${this.#webhooks}`);
    return outcome<WebhookMisfortune>(first, [
      [webhooksLost, 'lost'],
      [webhooksTwice, 'twice'],
      [webhooksReordered, 'reordered'],
      [webhooksForged, pick(['unsigned', 'wrong-signature'], second)],
    ]);
  }
}

/** The probabilities one after the other on the line from 0 to 1; what is past their sum is good luck. */
function outcome<T>(drawing: number, possible: readonly (readonly [number, T])[]): T | null {
  let reached = 0;
  for (const [likely, what] of possible) {
    reached += likely;
    if (drawing < reached) return what;
  }
  return null;
}

function drawn(text: string): [number, number, number, number, number] {
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = seededFractions(text, 5);
  return [first, second, third, fourth, fifth];
}

function pick<T>(list: readonly T[], fraction: number): T {
  const chosen = list[Math.floor(fraction * list.length)];
  if (chosen === undefined) throw new Error('nothing to pick from');
  return chosen;
}
