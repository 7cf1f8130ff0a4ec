import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { findProjectRoot } from '@gatehouse/platform';
import { type Browser, chromium } from 'playwright-core';

import { codeOf } from '../gateway-process.js';

const PREFIX = 'gatehouse-chromium-';
const NAME = 'chromium';

/** No request leaves this machine: what is not on loopback goes to a proxy that refuses every connection. */
const ARGUMENTS = [
  '--no-sandbox',
  '--no-zygote',
  '--proxy-server=http://127.0.0.1:9',
  '--proxy-bypass-list=127.0.0.1',
];

/** A real Chromium, without a window: that of CHROME_PATH, or the one in the registry's package. */
export async function launchChromium(): Promise<Browser> {
  const { CHROME_PATH } = process.env;
  const executablePath =
    CHROME_PATH === undefined || CHROME_PATH === '' ? await unpackedChromium() : CHROME_PATH;
  return chromium.launch({ executablePath, args: ARGUMENTS, chromiumSandbox: false });
}

/**
 * Unpacks the package's Chromium unless it is there already. The package takes a half-written file of another process for a whole one;
 * so each process unpacks into a folder of its own, and the first to be done gives it the name under which all look for it.
 */
async function unpackedChromium(): Promise<string> {
  const shared = join(tmpdir(), PREFIX + (await packageVersion()));
  if (!existsSync(shared)) {
    const own = await mkdtemp(join(tmpdir(), `${PREFIX}unpacking-`));
    try {
      await unpackInto(own);
      await rename(own, shared);
    } catch (error) {
      await rm(own, { recursive: true, force: true });
      // Another process was quicker.
      if (!['ENOTEMPTY', 'EEXIST'].includes(String(codeOf(error)))) throw error;
    }
  }
  return join(shared, NAME);
}

async function packageVersion(): Promise<string> {
  const file = await readFile(join(findProjectRoot(), 'package.json'), 'utf8');
  const { devDependencies } = JSON.parse(file) as { devDependencies: Record<string, string> };
  return devDependencies['@sparticuz/chromium'] ?? 'unknown';
}

/** In a process of its own, because the package asks the system where temporary files go. */
async function unpackInto(folder: string): Promise<void> {
  const program = `import chromium from '@sparticuz/chromium'; await chromium.executablePath();`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: findProjectRoot(),
    env: { PATH: process.env['PATH'] ?? '', TMPDIR: folder },
  });
}
