import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';

import { misuse } from '../failure.js';
import { type Input } from '../surroundings.js';

const STANDARD_INPUT = '-';

/** The bytes of a file, or of standard input for `-`. */
export async function readInput(path: string, stdin: Input): Promise<Buffer> {
  if (path === STANDARD_INPUT) return buffer(stdin);
  try {
    return await readFile(path);
  } catch (error) {
    throw misuse(`${path} cannot be read${reasonOf(error)}.`);
  }
}

/** The JSON object in a file, or in standard input for `-`. */
export async function readJsonObject(path: string, stdin: Input): Promise<Record<string, unknown>> {
  const text = (await readInput(path, stdin)).toString();
  const name = path === STANDARD_INPUT ? 'Standard input' : path;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // What JSON.parse says quotes the text, which may be a secret.
    throw misuse(`${name} is not JSON.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw misuse(`${name} is not a JSON object.`);
  return value as Record<string, unknown>;
}

function reasonOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' ? ': there is no such file' : typeof code === 'string' ? ` (${code})` : '';
}
