import { PassThrough, Readable, Writable } from 'node:stream';

import { type Configuration, readConfiguration } from '../src/configuration.js';
import { type ExitCode } from '../src/exit-code.js';
import { run } from '../src/run.js';
import { type Surroundings } from '../src/surroundings.js';

export interface Ran {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
  /** Standard output as the JSON that it has to be. */
  json(): unknown;
}

export interface Running {
  readonly done: Promise<Ran>;
  out(): string;
  err(): string;
  /** Types a line at the terminal. */
  type(line: string): void;
  /** Ctrl-C. */
  interrupt(): void;
}

export interface Circumstances {
  readonly configuration?: Partial<Configuration>;
  /** What is piped in; absent: nothing, and a person at the keyboard where there is a terminal. */
  readonly stdin?: string;
  /** Absent: no terminal, as in a pipe. */
  readonly columns?: number;
  readonly now?: Date;
}

/** Starts a command line in this process, with streams of its own. */
export function start(args: readonly string[], circumstances: Circumstances = {}): Running {
  const { configuration, stdin, columns, now } = circumstances;
  const out = recorder(columns);
  const err = recorder(columns);
  const keyboard = Object.assign(new PassThrough(), { isTTY: true });
  const interruption = new AbortController();
  const isAtTerminal = columns !== undefined && stdin === undefined;
  const surroundings: Surroundings = {
    stdin: isAtTerminal ? keyboard : Readable.from([Buffer.from(stdin ?? '')]),
    stdout: out.stream,
    stderr: err.stream,
    configuration: { ...readConfiguration({}), ...configuration },
    interruption: interruption.signal,
    now: () => now ?? new Date(),
  };
  const done = run(args, surroundings).then((code) => ({
    code,
    out: out.text(),
    err: err.text(),
    json: (): unknown => JSON.parse(out.text()),
  }));
  return {
    done,
    out: out.text,
    err: err.text,
    type: (line) => void keyboard.write(`${line}\n`),
    interrupt: () => {
      interruption.abort();
    },
  };
}

function recorder(columns: number | undefined): { readonly stream: Writable; readonly text: () => string } {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  return {
    stream: columns === undefined ? stream : Object.assign(stream, { isTTY: true, columns }),
    text: () => chunks.join(''),
  };
}
