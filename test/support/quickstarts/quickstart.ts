import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** A quickstart of docs/, with its programs as files in a folder of their own. */
export interface Quickstart {
  readonly folder: string;
  /** The blocks of the page that are no files, one after the other. */
  readonly script: string;
  close(): void;
}

/** A block whose fence has a name after the language is a file of that name; nothing on a page is left out. */
export function openQuickstart(name: string): Quickstart {
  const page = readFileSync(join(ROOT, 'docs', 'quickstarts', `${name}.md`), 'utf8');
  const blocks = [...page.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gmsu)].map(
    ([, language = '', file = '', text = '']) => ({ language, file, text }),
  );
  const fences = page.match(/^```/gmu)?.length ?? 0;
  if (blocks.length === 0 || fences !== 2 * blocks.length) throw new Error(`${name}.md has an odd fence`);
  const folder = mkdtempSync(join(tmpdir(), `gatehouse-${name}-`));
  for (const { file, text } of blocks) if (file !== '') writeFileSync(join(folder, file), text);
  return {
    folder,
    script: blocks
      .filter(({ file }) => file === '')
      .map(({ text }) => text)
      .join('\n'),
    close: () => {
      rmSync(folder, { recursive: true });
    },
  };
}

/** What `npm install @gatehouse/sdk` leaves in a folder, with the code that the build has made. */
export function installSdk(folder: string): void {
  const into = join(folder, 'node_modules', '@gatehouse', 'sdk');
  mkdirSync(into, { recursive: true });
  symlinkSync(join(ROOT, 'libs', 'sdk', 'package.json'), join(into, 'package.json'));
  symlinkSync(join(ROOT, 'dist', 'libs', 'sdk', 'src'), join(into, 'dist'));
}
