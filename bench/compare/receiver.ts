import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';

import { Webhook } from 'standardwebhooks';
import { z } from 'zod';

/*
 * The tenant's end of the webhooks, in a process of its own: verifies each message as a receiver is told to, and keeps when it first
 * heard that a person had gone on.
 */

/** What the parent may ask: to take messages that are signed with a secret, and what came so far. Answered with {@link Arrivals}. */
export const question = z.object({ secret: z.string().optional() });

export interface Arrivals {
  /** Milliseconds since 1970. */
  readonly first: readonly (readonly [verificationId: string, at: number])[];
  readonly messages: number;
  /** Whose signature does not verify. */
  readonly forged: number;
}

const told = z.object({ data: z.object({ verificationId: z.string(), status: z.string() }) });

let webhook: Webhook | null = null;
const first = new Map<string, number>();
let messages = 0;
let forged = 0;

function take(body: string, headers: Record<string, string>): void {
  messages += 1;
  try {
    if (webhook === null) throw new Error('nothing is expected yet');
    const { data } = told.parse(webhook.verify(body, headers));
    // That the person has been texted is not what a webhook has said.
    if (data.status !== 'requires_input' && !first.has(data.verificationId))
      first.set(data.verificationId, performance.timeOrigin + performance.now());
  } catch {
    forged += 1;
  }
}

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => (body += chunk));
  request.once('end', () => {
    const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const);
    take(body, Object.fromEntries(headers));
    response.writeHead(204).end();
  });
});

process.on('message', (message) => {
  const { secret } = question.parse(message);
  if (secret !== undefined) webhook = new Webhook(secret);
  process.send?.({ first: [...first], messages, forged } satisfies Arrivals);
});
process.once('disconnect', () => {
  process.exit();
});

server.listen(0, '127.0.0.1', () => {
  // A server that listens on a port has an address of this form.
  process.send?.({ origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
