import { describe, expect, it } from '@jest/globals';
import { type Command } from 'commander';

import { start } from '../test/terminal.js';
import { readConfiguration } from './configuration.js';
import { createProgram } from './program.js';

const WIDTH = 80;
/** A description narrower than this becomes a tower of words. */
const WIDEST_TERM = 30;

/** Every command by the words that lead to it. */
const COMMANDS = pathsBelow(
  createProgram({
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    configuration: readConfiguration({}),
    interruption: new AbortController().signal,
    now: () => new Date(0),
  }),
);

function pathsBelow(command: Command, path: readonly string[] = []): readonly (readonly string[])[] {
  return [path, ...command.commands.flatMap((one) => pathsBelow(one, [...path, one.name()]))];
}

async function helpOf(path: readonly string[], columns?: number): Promise<string> {
  const { code, out, err } = await start([...path, '--help'], columns === undefined ? {} : { columns }).done;
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out;
}

describe('the help', () => {
  it('is there for every command', () => {
    expect(COMMANDS.length).toBeGreaterThan(35);
  });

  it.each(COMMANDS.map((path) => [path.join(' ') || 'gatehouse', path] as const))(
    'of %s fits into 80 columns',
    async (_, path) => {
      const lines = (await helpOf(path)).split('\n');
      expect(lines.filter((line) => line.length > WIDTH)).toEqual([]);
      expect(lines[0]).toMatch(new RegExp(`^Usage: ${['gatehouse', ...path].join(' ')}\\b`));
      // The description, as a sentence, is the first thing after the usage.
      expect(lines[2]).toMatch(/^[A-Z]/);
      const terms = lines.map((line) => /^ {2}(?!gatehouse )(\S.*?) {2,}\S/.exec(line)?.[1] ?? '');
      expect(terms.filter((term) => term.length > WIDEST_TERM)).toEqual([]);
    },
  );

  it('of a command names what can follow, and where to read of the options that all have', async () => {
    expect(await helpOf(['verifications'])).toContain('gatehouse verifications <command> [options]');
    expect(await helpOf(['keys', 'create'])).toContain('see gatehouse --help');
    expect(await helpOf([])).toMatch(/Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n {2}3 .*\n {2}4 /);
  });

  it('is coloured at a terminal, unless NO_COLOR or --no-color says otherwise', async () => {
    const escape = '\u001B[';
    expect(await helpOf([], WIDTH)).toContain(escape);
    expect(await helpOf([])).not.toContain(escape);
    const { out } = await start(['--help'], { columns: WIDTH, configuration: { noColor: true } }).done;
    expect(out).not.toContain(escape);
  });

  it('is what a mistyped command leads to', async () => {
    const { code, out, err } = await start(['keys', 'creat']).done;
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/unknown command 'creat'[\s\S]*create[\s\S]*gatehouse keys --help/);
  });
});
