/** Where a text stops being JSON, lines and columns from 1. */
export interface JsonFault {
  readonly line: number;
  readonly column: number;
  readonly detail: string;
}

const SPACE = /[ \t\n\r]*/uy;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/uy;
// Control characters are what a text of JSON may not hold.
// eslint-disable-next-line no-control-regex
const TEXT = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/uy;
const WORD = /true|false|null/uy;

/** The first place at which a text is not JSON; null: it is. Browsers say it in different words, or not at all. */
export function jsonFault(text: string): JsonFault | null {
  try {
    const reader = new Reader(text);
    reader.value();
    reader.end();
    return null;
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    const before = text.slice(0, error.at).split('\n');
    return { line: before.length, column: (before.at(-1) ?? '').length + 1, detail: error.message };
  }
}

class Stop extends Error {
  constructor(
    readonly at: number,
    expected: string,
  ) {
    super(expected);
  }
}

class Reader {
  #at = 0;

  constructor(private readonly text: string) {}

  value(): void {
    this.#take(SPACE);
    const [next] = this.text.slice(this.#at, this.#at + 1);
    if (next === '{')
      this.#members('}', () => {
        this.#member();
      });
    else if (next === '[')
      this.#members(']', () => {
        this.value();
      });
    else if (next === '"') this.#text();
    else if (!this.#take(NUMBER) && !this.#take(WORD)) {
      throw this.#stop('expected a value');
    }
    this.#take(SPACE);
  }

  end(): void {
    if (this.#at < this.text.length) throw this.#stop('expected nothing more');
  }

  #members(close: '}' | ']', read: () => void): void {
    this.#at += 1;
    this.#take(SPACE);
    if (this.#is(close)) return;
    for (;;) {
      read();
      if (this.#is(close)) return;
      if (!this.#is(',')) throw this.#stop(`expected a comma or ${close}`);
      this.#take(SPACE);
    }
  }

  #member(): void {
    if (this.text[this.#at] !== '"') throw this.#stop('expected the name of a member in double quotes');
    this.#text();
    this.#take(SPACE);
    if (!this.#is(':')) throw this.#stop('expected a colon');
    this.value();
  }

  #text(): void {
    if (!this.#take(TEXT)) throw this.#stop('this text does not end, or holds what has to be escaped');
  }

  #is(character: string): boolean {
    if (this.text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  /** Whether something of that form stood here; it is passed then. */
  #take(form: RegExp): boolean {
    form.lastIndex = this.#at;
    const found = form.exec(this.text)?.[0];
    this.#at += found?.length ?? 0;
    return found !== undefined;
  }

  #stop(expected: string): Stop {
    const isOver = this.#at >= this.text.length;
    return new Stop(this.#at, isOver ? `${expected}, but the text ends here` : expected);
  }
}
