import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { findProjectRoot } from '@gatehouse/platform';
import { format, resolveConfig } from 'prettier';

import { type Figures, summaryOf } from '../figures.js';
import { type Plan } from '../options.js';
import { type Layout } from '../process/layout.js';
import { capacityOf } from './capacity.js';
import { chartsOf } from './charts.js';
import { notesOf } from './notes.js';
import { asMarkdown, type Table, tablesOf } from './table.js';

const FOLDER = 'performance';
interface Place {
  readonly begin: string;
  readonly end: string;
}

const FIGURES: Place = {
  begin: '<!-- figures: made by `npm run bench` -->',
  end: '<!-- end of the figures -->',
};
const profileOfMeasure = (name: string): Place => ({
  begin: `<!-- profile of ${name}: made by \`npm run bench -- --profile\` -->`,
  end: `<!-- end of the profile of ${name} -->`,
});

const WITH_TLS: Place = {
  begin: '<!-- with TLS: made by `npm run bench -- --tls` -->',
  end: '<!-- end of the figures with TLS -->',
};

interface Conditions {
  readonly plan: Plan;
  readonly layout: Layout;
  readonly cores: number;
}

/** Puts the figures between their markers in docs/PERFORMANCE.md and docs/CAPACITY.md, and the charts beside them. */
export async function writeDocument(figures: Figures, conditions: Conditions): Promise<void> {
  const docs = join(findProjectRoot(), 'docs');
  const charts = chartsOf(figures);
  await mkdir(join(docs, FOLDER), { recursive: true });
  for (const { file, svg } of charts) await writeFile(join(docs, FOLDER, file), svg);

  await put(join(docs, 'PERFORMANCE.md'), FIGURES, [
    `Medians, with the least in brackets. ${under(conditions, figures)}.`,
    ...charts.map(({ file, alternative }) => `![${alternative}](${FOLDER}/${file})`),
    ...tablesOf(figures).map(asMarkdown),
    notesOf(conditions.plan, figures),
  ]);
  await put(join(docs, 'CAPACITY.md'), FIGURES, [
    `Of medians. ${under(conditions, figures)}.`,
    ...capacityOf(figures).map(asMarkdown),
  ]);
}

/** Puts the figures of a run with TLS between markers of their own in docs/PERFORMANCE.md. */
export async function writeWithTls(figures: Figures, conditions: Conditions): Promise<void> {
  await put(join(findProjectRoot(), 'docs', 'PERFORMANCE.md'), WITH_TLS, [
    `Medians, with the least in brackets. ${under(conditions, figures)}.`,
    ...tablesOf(figures).map(asMarkdown),
  ]);
}

function under({ plan, layout, cores }: Conditions, figures: Figures): string {
  return [
    `${cores} cores, ${layout === 'pinned' ? 'the server on one of them and all else on the other' : 'processes where the system puts them'}`,
    `${plan.rounds} rounds`,
    ...(summaryOf(figures).noisy ? ['something else ran on the machine: allow for 30 %'] : []),
  ].join('; ');
}

/** Puts what a profile shows of a measure between its own markers in docs/PERFORMANCE.md. */
export async function writeProfile(name: string, tables: readonly Table[]): Promise<void> {
  const path = join(findProjectRoot(), 'docs', 'PERFORMANCE.md');
  await put(path, profileOfMeasure(name), tables.map(asMarkdown));
}

async function put(path: string, { begin, end }: Place, parts: readonly string[]): Promise<void> {
  const text = await readFile(path, 'utf8');
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${path} has no place for ${begin}`);
  const whole = `${before}${begin}\n\n${parts.join('\n\n')}\n\n${end}${after}`;
  await writeFile(path, await format(whole, { ...(await resolveConfig(path)), parser: 'markdown' }));
}
