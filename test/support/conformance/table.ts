import { z } from 'zod';

import {
  CAPABILITY_ROWS,
  type CapabilityRow,
  type Cell,
  type Column,
  FAULT_ROWS,
  type FaultRow,
  isOffered,
} from './rows.js';

/** What Jest writes with `--json`, as far as it is looked at. */
export const jestResults = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ ancestorTitles: z.array(z.string()), title: z.string(), status: z.string() }),
      ),
    }),
  ),
});

/** One behaviour of one provider, and what became of it. */
export interface Behaviour {
  readonly provider: string;
  readonly row: string;
  readonly title: string;
  readonly passed: boolean;
}

/** The behaviours that stand below a provider and a row; the rest of the tests belong to no provider. */
export function behavioursOf(results: z.output<typeof jestResults>): readonly Behaviour[] {
  return results.testResults.flatMap(({ assertionResults }) =>
    assertionResults.flatMap(({ ancestorTitles: [provider, row], title, status }) =>
      provider === undefined || row === undefined
        ? []
        : [{ provider, row, title, passed: status === 'passed' }],
    ),
  );
}

export type Columns = Readonly<Record<string, Column>>;

/** What stands in the way of writing the tables: a behaviour that failed, or something documented that nothing shows. */
export function complaintsAboutTables(columns: Columns, behaviours: readonly Behaviour[]): readonly string[] {
  const failed = behaviours
    .filter(({ passed }) => !passed)
    .map(({ provider, row, title }) => `${provider} › ${row} › ${title}: did not pass`);
  const unshown = Object.entries(columns).flatMap(([provider, column]) => [
    ...capabilityRows()
      .filter(([row]) => isOffered(column.capabilities[row]))
      .map(([, title]) => title)
      .filter((title) => passedIn(behaviours, provider, title) === 0)
      .map((title) => `${provider} › ${title}: documented, and no behaviour shows it`),
    ...faultRows()
      .filter(([row]) => column.immune[row] === undefined)
      .map(([, title]) => title)
      .filter((title) => passedIn(behaviours, provider, title) === 0)
      .map((title) => `${provider} › ${title}: can happen, and no behaviour shows what then`),
  ]);
  return [...failed, ...unshown];
}

/** docs/CONFORMANCE.md. The same behaviours give the same text. */
export function renderTables(columns: Columns, behaviours: readonly Behaviour[]): string {
  const providers = Object.keys(columns);
  const heading = (first: string): string => line([first, ...providers.map(capitalised)]);
  const capabilities = capabilityRows().map(([row, title]) =>
    line([
      title,
      ...Object.entries(columns).map(([provider, column]) =>
        capabilityMark(column.capabilities[row], passedIn(behaviours, provider, title)),
      ),
    ]),
  );
  const faults = faultRows().map(([row, title]) =>
    line([
      title,
      ...Object.entries(columns).map(([provider, column]) =>
        faultMark(column.immune[row], passedIn(behaviours, provider, title)),
      ),
    ]),
  );
  const rule = line(['---', ...providers.map(() => '---')]);
  return `${PREAMBLE}
## Capabilities

${[heading('A provider that'), rule, ...capabilities].join('\n')}

## Faults

${[heading('A provider that'), rule, ...faults].join('\n')}

## Notes

${Object.entries(columns).map(notesOf).join('\n')}`;
}

const PREAMBLE = `# Conformance

Written by \`npm run conformance\` from a run of the suite in \`test/conformance\`; not by hand. Every provider runs against its twin,
over HTTP, with the same behaviours. What a provider can do is taken from its documentation
(\`test/support/conformance/documented.ts\`), never from its adapter.

- **✓ n**: documented, and shown by n behaviours that pass. **◐ n**: documented in part (see the notes), likewise.
- **– n**: not offered. The n behaviours show that the adapter does not pretend to it, or what it does instead.
- **?**: the documentation does not say.
- **n/a**: cannot happen to this provider (see the notes).
`;

function capabilityMark({ state }: Cell, passed: number): string {
  switch (state) {
    case 'documented':
      return `✓ ${passed}`;
    case 'partial':
      return `◐ ${passed}`;
    case 'not_documented':
      return '?';
    case 'not_offered':
      return passed === 0 ? '–' : `– ${passed}`;
  }
}

function faultMark(immune: string | undefined, passed: number): string {
  return immune === undefined ? `✓ ${passed}` : 'n/a';
}

function notesOf([provider, { capabilities, immune }]: [string, Column]): string {
  const notes = capabilityRows().flatMap(([row, title]) => {
    const { note } = capabilities[row];
    return note === null ? [] : [`- ${title}: ${note}`];
  });
  const reasons = Map.groupBy(faultRows(), ([row]) => immune[row]);
  const excused = [...reasons].flatMap(([reason, rows]) =>
    reason === undefined ? [] : [`- n/a (${rows.map(([, title]) => title).join('; ')}): ${reason}`],
  );
  return `### ${capitalised(provider)}\n\n${[...notes, ...excused].join('\n')}\n`;
}

function passedIn(behaviours: readonly Behaviour[], provider: string, title: string): number {
  return behaviours.filter(
    (behaviour) => behaviour.provider === provider && behaviour.row === title && behaviour.passed,
  ).length;
}

function capabilityRows(): readonly (readonly [CapabilityRow, string])[] {
  return Object.entries(CAPABILITY_ROWS) as [CapabilityRow, string][];
}

function faultRows(): readonly (readonly [FaultRow, string])[] {
  return Object.entries(FAULT_ROWS) as [FaultRow, string][];
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function capitalised(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
