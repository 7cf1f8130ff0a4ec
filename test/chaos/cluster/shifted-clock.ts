import { readFileSync } from 'node:fs';
import process from 'node:process';

/*
 * Loaded into a gateway before its own code (`NODE_OPTIONS=--import`): its `Date` is off by as many milliseconds as the file named by
 * SHIFTED_CLOCK says, and jumps when the file changes. Timers are not of the clock, as on a machine whose clock is set.
 */

const POLL_MS = 50;
const file = process.env['SHIFTED_CLOCK'] ?? '';
const Actual = Date;
let offset = read();
setInterval(() => {
  offset = read();
}, POLL_MS).unref();

function read(): number {
  return Number(readFileSync(file, 'utf8'));
}

globalThis.Date = new Proxy(Actual, {
  construct: (target, values: unknown[], made) =>
    Reflect.construct(target, values.length === 0 ? [Actual.now() + offset] : values, made) as Date,
  get: (target, name, receiver) =>
    name === 'now' ? () => Actual.now() + offset : (Reflect.get(target, name, receiver) as unknown),
});
