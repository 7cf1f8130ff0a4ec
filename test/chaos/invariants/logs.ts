import { type Person, FIRST_NAME, LAST_NAME } from '../cast.js';
import { type Fleet } from '../fleet.js';
import { countBy } from '../rest.js';
import { check, type Check, counted } from './check.js';

/** Kills and vendors' faults are nothing that our own code fails at: no error-level line, and nobody's data in any. */
export function logs(fleet: Fleet, people: readonly Person[]): readonly Check[] {
  const { stdout, stderr } = fleet.output();
  const lines = stdout.flatMap((text) => text.split('\n')).filter((line) => line !== '');
  const errors = lines.filter(
    (line) => line.startsWith('{"level":"error"') || line.startsWith('{"level":"fatal"'),
  );
  return [
    check(
      '7. no error of ours in the logs, nothing on standard error, no process that ended by itself',
      lines.length,
      [...errors, ...stderr.split('\n').filter((line) => line !== ''), ...fleet.unexpectedEnds],
      counted(countBy(lines.flatMap(warningOf))),
    ),
    check('7. no personal data in the logs', lines.length, lines.filter(namesSomebody(people))),
  ];
}

function warningOf(line: string): readonly string[] {
  if (!line.startsWith('{"level":"warn"')) return [];
  const { message } = JSON.parse(line) as { message?: string };
  return [`warned: ${message ?? ''}`];
}

/** By name, by address, or by a phone number in any form that leaves its ten digits together. */
function namesSomebody(people: readonly Person[]): (line: string) => boolean {
  const numbers = new Set(people.map(({ phone }) => phone.slice(-10)));
  const names = new RegExp(`${FIRST_NAME}|${LAST_NAME}|@mail\\.test`, 'i');
  return (line) =>
    names.test(line) || (line.match(/\d{10,}/g) ?? []).some((digits) => numbers.has(digits.slice(-10)));
}
