import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

import { format, resolveConfig } from 'prettier';

import { DOCUMENTED } from '../support/conformance/documented.js';
import {
  behavioursOf,
  complaintsAboutTables,
  jestResults,
  renderTables,
} from '../support/conformance/table.js';

/*
 * `npm run conformance`: runs the suite and writes what it has shown to docs/CONFORMANCE.md. Writes nothing if a behaviour fails, or if
 * something is documented that no behaviour shows.
 */

const PAGE = 'docs/CONFORMANCE.md';
/** The specs about the tables themselves look at the page that is written here. */
const NOT_THE_PAGE = ['--testPathIgnorePatterns', 'test/conformance/table.spec.ts'];

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-conformance-'));
try {
  const behaviours = behavioursOf(runSuite(join(folder, 'results.json')));
  const complaints = complaintsAboutTables(DOCUMENTED, behaviours);
  if (complaints.length > 0) throw new Error(`${PAGE} is not written:\n${complaints.join('\n')}`);
  const page = renderTables(DOCUMENTED, behaviours);
  writeFileSync(PAGE, await format(page, { ...(await resolveConfig(PAGE)), parser: 'markdown' }));
  process.stdout.write(`${PAGE}: ${behaviours.length} behaviours\n${others(behaviours)}`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function runSuite(output: string): ReturnType<typeof jestResults.parse> {
  const suite = ['test/conformance', ...NOT_THE_PAGE, '--silent', '--json', '--outputFile', output];
  const { error } = spawnSync('npm', ['run', '--silent', 'test:jest', '--', ...suite], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (error !== undefined) throw error;
  const results = jestResults.parse(JSON.parse(readFileSync(output, 'utf8')));
  const broken = results.testResults.filter(({ assertionResults }) => assertionResults.length === 0);
  if (broken.length > 0) throw new Error(broken.map(({ name, message }) => `${name}\n${message}`).join('\n'));
  return results;
}

/** Providers that only the tests know show what they do as well, but not on the page. */
function others(behaviours: ReturnType<typeof behavioursOf>): string {
  const names = new Set(behaviours.map(({ provider }) => provider));
  return [...names]
    .filter((name) => !(name in DOCUMENTED))
    .map((name) => `${name}: ${behaviours.filter(({ provider }) => provider === name).length}\n`)
    .join('');
}
