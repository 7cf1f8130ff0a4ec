import { type ServerResponse } from 'node:http';

import { Webhook } from 'standardwebhooks';

import { type Received, startWebhookReceiver } from '../support/webhook-receiver.js';
import { type Dice } from './dice.js';

/** How a receiver fails once; the second time it is there. A second failure would wait for five minutes, as the schedule has it. */
type Way = '500' | '503 with Retry-After' | 'hang' | 'reset';

/** What arrived at one endpoint. */
export interface Inbox {
  /** By `webhook-id`: the body, and how often it came and was accepted. */
  readonly messages: ReadonlyMap<string, Message>;
  /** Messages whose signature `standardwebhooks` does not take, or whose body changed between attempts. */
  readonly complaints: readonly string[];
  readonly misbehaved: ReadonlyMap<Way, number>;
}

export interface Message {
  readonly body: string;
  arrived: number;
  accepted: number;
}

export interface Receiver {
  readonly origin: string;
  /** Begins to answer at this path, and to look at what comes. */
  endpoint(path: string, secret: string, dice: Dice): Inbox;
  /** The next message to this path is accepted, and its answer kept back. */
  holdAnswer(path: string): AnswerHold;
  /** From now on nothing is answered badly. */
  calm(): void;
  close(): Promise<void>;
}

export interface AnswerHold {
  /** Resolves when a message has come and been accepted. */
  readonly held: Promise<void>;
  /** Answers it; from now on nothing is kept back. */
  release(): void;
}

export async function startReceiver(failing: number): Promise<Receiver> {
  const receiver = await startWebhookReceiver();
  const holds = new Map<string, (answer: () => void) => void>();
  let isCalm = false;
  return {
    origin: receiver.origin,
    holdAnswer(path) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      let answer = (): void => undefined;
      holds.set(path, (give) => {
        holds.delete(path);
        answer = give;
        resolve(undefined);
      });
      return {
        held: promise,
        release: () => {
          holds.delete(path);
          answer();
        },
      };
    },
    endpoint(path, secret, dice) {
      const inbox = new MutableInbox(secret);
      receiver.answer(path, (response, message) => {
        const isNew = inbox.take(message);
        if (isNew && !isCalm && dice.happens(failing)) {
          const way = dice.weighted<Way>([
            ['500', 5],
            ['503 with Retry-After', 3],
            ['reset', 3],
            // Each keeps one of the endpoint's places for fifteen seconds.
            ['hang', 1],
          ]);
          inbox.misbehaved.set(way, (inbox.misbehaved.get(way) ?? 0) + 1);
          misbehave(response, way);
          return;
        }
        inbox.accept(message);
        const answer = (): void => {
          response.writeHead(204).end();
        };
        const hold = holds.get(path);
        if (hold === undefined) answer();
        else hold(answer);
      });
      return inbox;
    },
    calm() {
      isCalm = true;
    },
    close: () => receiver.close(),
  };
}

function misbehave(response: ServerResponse, way: Way): void {
  switch (way) {
    case '500':
      response.writeHead(500).end();
      return;
    case '503 with Retry-After':
      response.writeHead(503, { 'retry-after': '1' }).end();
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'hang':
      return;
  }
}

class MutableInbox implements Inbox {
  readonly messages = new Map<string, Message>();
  readonly complaints: string[] = [];
  readonly misbehaved = new Map<Way, number>();
  readonly #verifier: Webhook;

  constructor(secret: string) {
    this.#verifier = new Webhook(secret);
  }

  /** Whether it came for the first time. */
  take({ headers, body }: Received): boolean {
    const id = String(headers['webhook-id']);
    try {
      this.#verifier.verify(body, {
        'webhook-id': id,
        'webhook-timestamp': String(headers['webhook-timestamp']),
        'webhook-signature': String(headers['webhook-signature']),
      });
    } catch {
      this.complaints.push(`${id}: the signature does not verify`);
    }
    const known = this.messages.get(id);
    if (known === undefined) {
      this.messages.set(id, { body, arrived: 1, accepted: 0 });
      return true;
    }
    known.arrived += 1;
    if (known.body !== body) this.complaints.push(`${id}: another body than before`);
    return false;
  }

  accept({ headers }: Received): void {
    const message = this.messages.get(String(headers['webhook-id']));
    if (message !== undefined) message.accepted += 1;
  }
}
