import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { type SimulatorUnderTest, startSimulator } from '../test/simulator-under-test.js';
import { demoStartingAccounts } from './demo-accounts.js';
import { dentitySwitches } from './dentity/dentity.settings.js';
import { MAGIC_PEOPLE } from './kit/magic.js';
import { SCENARIOS } from './kit/scenarios.js';
import { type SwitchDescription, switchList } from './kit/switch-list.js';
import { sardineSwitches } from './sardine/sardine.settings.js';
import { sentinelSwitches } from './sentinel/sentinel.settings.js';

const README = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');
const ORIGIN = 'http://127.0.0.1:4000';
/** As the text reads, whatever the formatter did to tables and special characters. */
const PLAIN = plain(README);
const SWITCHES = { sentinel: sentinelSwitches, sardine: sardineSwitches, dentity: dentitySwitches };

const run = promisify(execFile);

describe('the README of the simulator', () => {
  let simulator: SimulatorUnderTest;

  beforeAll(async () => {
    simulator = await startSimulator({ accounts: demoStartingAccounts });
  });
  afterAll(() => simulator.close());

  it.each(blocks('sh').flatMap((block) => block.split('\n').filter((line) => line.startsWith('curl'))))(
    'has a line that works as printed: %s',
    async (line) => {
      const asked = line
        .replace('curl -s', "curl -s -w ' %{http_code}'")
        .replaceAll(ORIGIN, simulator.origin);
      const { stdout } = await run('sh', ['-c', asked]);
      expect(stdout).toMatch(/ 20\d$/);
    },
  );

  it('has an example of a test that passes', async () => {
    const [example = ''] = blocks('js');
    expect(example).toContain(ORIGIN);
    const code = example.replaceAll(ORIGIN, simulator.origin);
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code]);
    expect(stdout).toContain('verified');
  });

  it.each(Object.entries(SWITCHES))('lists every switch of %s as it is', (_provider, schema) => {
    const missing = switchList(schema)
      .map(row)
      .filter((line) => !PLAIN.includes(plain(line)));
    expect(missing).toEqual([]);
  });

  it.each(SCENARIOS.map(({ name, means }) => [name, means]))('lists the scenario %s', (name, means) => {
    expect(PLAIN).toContain(plain(`| \`${name}\` | ${means} |`));
  });

  it.each(MAGIC_PEOPLE.map(({ word, digits }) => [word, digits]))(
    'lists the magic person %s',
    (word, digits) => {
      expect(README).toContain(`+${word}`);
      expect(README).toContain(digits);
    },
  );
});

function blocks(language: string): string[] {
  return [...README.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'gu'))].map(
    ([, code = '']) => code,
  );
}

/** A line of the table: section of the notes, what is open, switch, default, values. */
function row({ name, means, default: usual, values }: SwitchDescription): string {
  const [, section = '', text = means] = /^(\d[\d.]*(?:, (?:trap )?\d[\d.]*)*): (.*)$/u.exec(means) ?? [];
  const others = values?.filter((value) => JSON.stringify(value) !== JSON.stringify(usual)) ?? [];
  const shown = others.map((value) => `\`${String(value)}\``).join(' ');
  return `| ${section} | ${text} | \`${name}\` | \`${JSON.stringify(usual)}\` | ${shown} |`;
}

function plain(text: string): string {
  return text.replace(/\\/gu, '').replace(/ +/gu, ' ');
}
