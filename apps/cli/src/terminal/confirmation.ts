import { createInterface } from 'node:readline/promises';

import { EXIT } from '../exit-code.js';
import { Failure, misuse } from '../failure.js';
import { type Surroundings } from '../surroundings.js';

/** Asks before something that cannot be taken back. Throws Failure where the answer is not yes, or there is nobody to ask. */
export async function confirm(
  question: string,
  { stdin, stderr, interruption }: Surroundings,
): Promise<void> {
  if (stdin.isTTY !== true) {
    throw misuse(
      'This has to be confirmed, and there is no terminal to ask at.',
      'Add --yes to go ahead without being asked.',
    );
  }
  const dialog = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await dialog.question(`${question} [y/N] `, { signal: interruption });
    if (/^y(?:es)?$/i.test(answer.trim())) return;
  } finally {
    dialog.close();
  }
  throw new Failure(EXIT.notSo, 'Nothing was changed.');
}
