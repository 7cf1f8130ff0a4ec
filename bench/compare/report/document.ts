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

/** Puts the figures between their markers in docs/PERFORMANCE.md and docs/CAPACITY.md, and the charts beside them. */
export async function writeDocument(
  figures: Figures,
  { plan, layout, cores }: { readonly plan: Plan; readonly layout: Layout; readonly cores: number },
): Promise<void> {
  const docs = join(findProjectRoot(), 'docs');
  const charts = chartsOf(figures);
  await mkdir(join(docs, FOLDER), { recursive: true });
  for (const { file, svg } of charts) await writeFile(join(docs, FOLDER, file), svg);

  const conditions = [
    `${cores} cores, ${layout === 'pinned' ? 'the server on one of them and all else on the other' : 'processes where the system puts them'}`,
    `${plan.rounds} rounds`,
    ...(summaryOf(figures).noisy ? ['something else ran on the machine: allow for 30 %'] : []),
  ].join('; ');
  await put(join(docs, 'PERFORMANCE.md'), FIGURES, [
    `Medians, with the least in brackets. ${conditions}.`,
    ...charts.map(({ file, alternative }) => `![${alternative}](${FOLDER}/${file})`),
    ...tablesOf(figures).map(asMarkdown),
    notesOf(plan, figures),
  ]);
  await put(join(docs, 'CAPACITY.md'), FIGURES, [
    `Of medians. ${conditions}.`,
    ...capacityOf(figures).map(asMarkdown),
  ]);
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
