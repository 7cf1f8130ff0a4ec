import { type FastifyInstance, type FastifyRequest } from 'fastify';

import { type z } from 'zod';

import { type AnswerKind } from './faults.js';
import { type Timers } from './timers.js';
import { type TwinAccount } from './twin-account.js';
import { type WebhookSender } from './webhook-sender.js';

/** A person as the control API lists them, whatever the vendor calls it. */
export interface PersonSummary {
  readonly id: string;
  readonly state: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly createdAt: string;
  /** Path of the hosted page, where there is one to open. */
  readonly page: string | null;
  readonly [detail: string]: unknown;
}

/** A stand-in for one vendor. */
export interface Twin {
  readonly name: string;
  readonly title: string;
  /** Path of the vendor's API below the simulator's origin: origin + this = a connection's `baseUrl`. */
  readonly basePath: string;
  /** How a journey can end, as `finish` takes it. */
  readonly outcomes: readonly string[];
  readonly switchSchema: z.ZodType;
  /** Faults of its own answers that this vendor can have. */
  readonly answerFaults: readonly AnswerKind[];
  readonly sendsWebhooks: boolean;
  /** A status or level that no page of the vendor lists. */
  readonly unknownValue: string | number;
  /** Makes or updates an account; throws a ZodError for a wrong body. */
  putAccount(body: unknown): TwinAccount;
  account(id: string): TwinAccount | undefined;
  accounts(): readonly TwinAccount[];
  forgetAccounts(): void;
  people(accountId: string): readonly PersonSummary[];
  /** Acts as the person would; `person` is an id or a contact. Throws a ControlError or a ZodError. */
  finish(accountId: string, person: string, body: unknown): unknown;
  /** Called after an account's clock moved: what the vendor does on schedule happens now. */
  clockMoved(accountId: string): void;
  /** The vendor's API and hosted pages, at absolute paths. */
  registerRoutes(app: FastifyInstance): void;
  /** What the vendor's dashboard can do, below `/control/{provider}/:account`. */
  registerDashboard(app: FastifyInstance): void;
}

/** What all twins share. */
export interface TwinServices {
  readonly timers: Timers;
  readonly webhooks: WebhookSender;
  /** How long a magic person takes to finish by itself. */
  readonly autoDelayMs: number;
  readonly wallClock: () => number;
  /** Where browsers reach the simulator. */
  readonly origin: (request: FastifyRequest) => string;
}

/** A request to the control API that cannot be done; its message says why and what can be. */
export class ControlError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
