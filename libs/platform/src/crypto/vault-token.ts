import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** Fits into a header as it is. */
const TOKEN = /^[\x21-\x7e]{1,4096}$/;

/** What Vault knows us by: the token itself, or a file in which somebody (Vault's agent) keeps one that is valid. */
export class VaultToken {
  static readonly RULE =
    'must be a token of Vault, or the path (with a / in it) of a file that holds one and nothing else';

  #value: string;
  readonly #path: string | null;

  private constructor(value: string, path: string | null) {
    this.#value = value;
    this.#path = path;
  }

  /** No token has a slash in it, and a path can always be written with one. Null when it is neither. */
  static read(textOrPath: string): VaultToken | null {
    const isPath = textOrPath.includes('/');
    const value = isPath ? fromFile(textOrPath) : textOrPath.trim();
    return value !== null && TOKEN.test(value) ? new VaultToken(value, isPath ? textOrPath : null) : null;
  }

  get current(): string {
    return this.#value;
  }

  /** The token that has taken the place of `refused`, read from the file anew; null when there is no other. */
  async otherThan(refused: string): Promise<string | null> {
    if (this.#path === null) return null;
    const value = await readFile(this.#path, 'latin1').then(
      (text) => text.trim(),
      // Being replaced, perhaps: the next refusal looks again.
      () => null,
    );
    if (value !== null && TOKEN.test(value)) this.#value = value;
    return this.#value === refused ? null : this.#value;
  }
}

function fromFile(path: string): string | null {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    // Absent, unreadable, a folder: the caller reports the rule, which covers each of them.
    return null;
  }
}
