import { misuse } from '../failure.js';
import { type Session } from '../session.js';
import { readInput } from '../terminal/input.js';

/** The secret in a file or in the environment, never from the command line; null where there is none. */
export async function secretOf({ surroundings }: Session, file: string | undefined): Promise<string | null> {
  const { stdin, configuration } = surroundings;
  if (file === undefined) return configuration.webhookSecret;
  const secret = (await readInput(file, stdin)).toString().trim();
  if (secret === '') throw misuse(`${file} is empty; it should hold the secret, whsec_….`);
  return secret;
}
