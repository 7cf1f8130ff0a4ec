import { findProjectRoot } from '../project-root.js';
import { isError } from '../system-error.js';

/** What may be said of an error. Never its message: vendors, drivers and parsers quote the data they were given in it. */
export interface ErrorFields {
  readonly errorName: string;
  readonly errorCode?: string;
  /** Names of the errors behind it, nearest first. */
  readonly errorCauses?: readonly string[];
  /** `file:line`, innermost first, from the project's root. */
  readonly stackFrames?: readonly string[];
}

const MAX_FRAMES = 12;
const MAX_CAUSES = 4;
const NAME = /^[A-Za-z_$][\w$.]{0,63}$/;
const CODE = /^[A-Za-z0-9_.-]{1,64}$/;
const FRAME = /^\s+at (?:.*\()?((?:file:\/\/|node:)?[\w/.@+:-]+):(\d+):\d+\)?$/;

let root: string | null = null;

/** Name, code (if it is a short plain string) and stack frames of anything that was thrown. */
export function errorFields(error: unknown): ErrorFields {
  if (!isError(error)) return { errorName: error === null ? 'null' : typeof error };
  const code: unknown = 'code' in error ? error.code : undefined;
  const causes = causeNames(error);
  const frames = stackFrames(error);
  return {
    errorName: nameOf(error),
    ...(typeof code === 'string' && CODE.test(code) ? { errorCode: code } : {}),
    ...(causes.length > 0 ? { errorCauses: causes } : {}),
    ...(frames.length > 0 ? { stackFrames: frames } : {}),
  };
}

function nameOf(error: Error): string {
  // A name is a property like any other and may have been set to anything.
  return NAME.test(error.name) ? error.name : 'Error';
}

function causeNames(error: Error): string[] {
  const names: string[] = [];
  let cause = error.cause;
  while (isError(cause) && names.length < MAX_CAUSES) {
    names.push(nameOf(cause));
    cause = cause.cause;
  }
  return names;
}

function stackFrames(error: Error): string[] {
  const stack = error.stack ?? '';
  // The stack begins with the message, which may itself hold lines that look like frames.
  const at = error.message === '' ? -1 : stack.indexOf(error.message);
  const lines = (at === -1 ? stack : stack.slice(at + error.message.length)).split('\n');
  const frames: string[] = [];
  for (const line of lines) {
    const match = FRAME.exec(line);
    const frame = match === null ? null : ownFrame(match[1] ?? '', match[2] ?? '');
    if (frame !== null && frames.length < MAX_FRAMES) frames.push(frame);
  }
  return frames;
}

/** Only files of this installation and of Node, so that a path never names a person's home folder or an invented file. */
function ownFrame(file: string, line: string): string | null {
  root ??= findProjectRoot();
  const path = file.replace(/^file:\/\//, '');
  if (path.startsWith('node:')) return `${path}:${line}`;
  return path.startsWith(`${root}/`) ? `${path.slice(root.length + 1)}:${line}` : null;
}
