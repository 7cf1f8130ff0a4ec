import { type Output } from '../surroundings.js';
import { type Fact, facts } from './facts.js';
import { type Paint, paintFor } from './paint.js';
import { type Canvas, type Column, table } from './table.js';

/** For whom the output is: a person, a program, or a script that wants the essence. */
export type Form = 'table' | 'json' | 'quiet';

const NARROW = 80;

/** An answer in all three forms. */
export interface Told {
  /** As the API has it. */
  readonly json: unknown;
  /** Ids, usually; the key itself where a key was asked for. */
  readonly quiet: readonly string[];
  readonly text: () => string;
}

/** Writes answers to standard output, and everything about them to standard error. */
export class Printer {
  readonly paint: Paint;
  /** For standard error. */
  readonly paintError: Paint;

  constructor(
    private readonly out: Output,
    private readonly error: Output,
    readonly form: Form,
    noColor: boolean,
  ) {
    this.paint = paintFor(out, noColor);
    this.paintError = paintFor(error, noColor);
  }

  tell({ json, quiet, text }: Told): void {
    switch (this.form) {
      case 'json':
        this.#write(JSON.stringify(json, null, 2));
        return;
      case 'quiet':
        for (const line of quiet) this.#write(line);
        return;
      case 'table':
        this.#write(text());
    }
  }

  /** One of many that come one after the other: a line of its own in each form. */
  tellLine({ json, quiet, text }: Told): void {
    if (this.form === 'json') this.#write(JSON.stringify(json));
    else this.tell({ json, quiet, text });
  }

  /** What a person may want to know besides; nobody else is told. */
  remark(text: (paint: Paint) => string): void {
    if (this.form === 'table') this.error.write(`${text(this.paintError)}\n`);
  }

  table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
    return table(rows, columns, this.#canvas());
  }

  facts(list: readonly Fact[]): string {
    return facts(list, this.paint);
  }

  #canvas(): Canvas {
    return { paint: this.paint, width: this.out.isTTY === true ? (this.out.columns ?? NARROW) : null };
  }

  #write(text: string): void {
    this.out.write(`${text}\n`);
  }
}
