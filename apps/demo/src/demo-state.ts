import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { StartError } from '@gatehouse/platform';

/** What a second start needs to greet the same tenant. Keys of a demo on a laptop, kept as such: mode 0600. */
export interface DemoState {
  readonly adminKey: string;
  readonly tenantId: string | null;
  readonly tenantKey: string | null;
}

const FILE = 'demo.json';

/** The state of the last start, or a new one. Throws StartError for a file that is not ours. */
export async function loadDemoState(dataDir: string): Promise<DemoState> {
  let text: string;
  try {
    text = await readFile(join(dataDir, FILE), 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    return { adminKey: `gk_admin_${randomBytes(24).toString('hex')}`, tenantId: null, tenantKey: null };
  }
  return parse(text);
}

export async function saveDemoState(dataDir: string, state: DemoState): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  await writeFile(join(dataDir, FILE), `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
}

function parse(text: string): DemoState {
  try {
    const { adminKey, tenantId, tenantKey } = JSON.parse(text) as Record<string, unknown>;
    if (typeof adminKey === 'string' && isTextOrNull(tenantId) && isTextOrNull(tenantKey)) {
      return { adminKey, tenantId, tenantKey };
    }
  } catch {
    // Not JSON: the same remedy as for JSON of another shape.
  }
  throw new StartError([
    `DATA_DIR: its ${FILE} is damaged; remove that file to begin with a new demo tenant`,
  ]);
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
