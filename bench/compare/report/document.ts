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
import { asMarkdown, tablesOf } from './table.js';

const FOLDER = 'performance';
const BEGIN = '<!-- figures: made by `npm run bench` -->';
const END = '<!-- end of the figures -->';

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
  await put(join(docs, 'PERFORMANCE.md'), [
    `Medians, with the least in brackets. ${conditions}.`,
    ...charts.map(({ file, alternative }) => `![${alternative}](${FOLDER}/${file})`),
    ...tablesOf(figures).map(asMarkdown),
    notesOf(plan),
  ]);
  await put(join(docs, 'CAPACITY.md'), [
    `Of medians. ${conditions}.`,
    ...capacityOf(figures).map(asMarkdown),
  ]);
}

async function put(path: string, parts: readonly string[]): Promise<void> {
  const text = await readFile(path, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${path} has no place for the figures`);
  const whole = `${before}${BEGIN}\n\n${parts.join('\n\n')}\n\n${END}${after}`;
  await writeFile(path, await format(whole, { ...(await resolveConfig(path)), parser: 'markdown' }));
}
