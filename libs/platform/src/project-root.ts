import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { hasCode } from './system-error.js';

const PackageName = z.object({ name: z.string() });

/**
 * The folder of Gatehouse's own package.json: found by walking up, so that it is the same from `libs/` and from `dist/`.
 * Throws when there is none, which means that the installation is incomplete.
 */
export function findProjectRoot(start: string = dirname(fileURLToPath(import.meta.url))): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (packageName(folder) === 'gatehouse') return folder;
    if (folder === dirname(folder))
      throw new Error('no package.json named gatehouse above the platform library');
  }
}

function packageName(folder: string): string | null {
  let text: string;
  try {
    text = readFileSync(join(folder, 'package.json'), 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
  const parsed = PackageName.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data.name : null;
}
