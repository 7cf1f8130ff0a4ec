import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

import { Pool } from 'undici';

import { exchange } from './exchange.js';
import { type Closed, type Load, type Open, type Outcome } from './load.js';
import { Record } from './record.js';
import { Requests } from './requests.js';

/*
 * The callers, in a process of their own. A closed load tells what a server carries; how long a request takes is told by an open one,
 * whose latencies begin when a request was to be sent: a server that stalls is charged for all who would have come meanwhile.
 */

const senders = new Map<string, Requests>();

async function carryOut(load: Load): Promise<Outcome> {
  const { sender, shape, origin } = load;
  const requests = senders.get(sender.seed) ?? new Requests(sender);
  senders.set(sender.seed, requests);
  const pool = new Pool(origin, { connections: shape.type === 'closed' ? shape.callers : null });
  const record = new Record();
  const send = async (since: number): Promise<void> => {
    const request = requests.next(load.kind);
    const sent = performance.now();
    try {
      const [status, text] = await exchange(pool, request);
      if (status !== request.expected) {
        record.bad(String(status));
        return;
      }
      const now = performance.now();
      if (load.kind === 'create') requests.learn(text);
      record.good(since, now);
      if (request.tellsOf !== null) {
        requests.told(request.tellsOf);
        record.accepted(request.tellsOf, sent, now);
      }
      if (request.isLate === true) record.late();
    } catch (error) {
      record.bad(error instanceof Error ? error.message : String(error));
    }
  };
  await (shape.type === 'closed' ? closed(shape, send) : open(shape, record, send));
  await pool.close();
  return record.outcome();
}

type Send = (since: number) => Promise<void>;

async function closed({ callers, until }: Closed, send: Send): Promise<void> {
  const end = performance.now() + ('seconds' in until ? until.seconds * 1000 : Infinity);
  let left = 'requests' in until ? until.requests : Infinity;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (left > 0 && performance.now() < end) {
        left -= 1;
        await send(performance.now());
      }
    }),
  );
}

async function open({ perSecond, seconds, arrivals }: Open, record: Record, send: Send): Promise<void> {
  const underWay = new Set<Promise<void>>();
  const mean = 1000 / perSecond;
  const end = performance.now() + seconds * 1000;
  for (let due = performance.now() + mean; due < end; due += pause(mean, arrivals)) {
    await reach(due);
    record.lag(performance.now() - due);
    const sent = send(due);
    underWay.add(sent);
    void sent.then(() => underWay.delete(sent));
  }
  await Promise.all(underWay);
}

function pause(mean: number, arrivals: Open['arrivals']): number {
  return arrivals === 'constant' ? mean : -Math.log(1 - Math.random()) * mean;
}

/** A timer is right to a millisecond; the rest is waited for turn by turn of the event loop. */
async function reach(due: number): Promise<void> {
  for (let left = due - performance.now(); left > 0; left = due - performance.now()) {
    await (left >= 1 ? delay(Math.floor(left)) : nextTurn());
  }
}

process.on('message', (message) => {
  // Sent by the bench itself.
  void carryOut(message as Load).then((outcome) => process.send?.(outcome));
});
process.once('disconnect', () => {
  process.exit();
});
