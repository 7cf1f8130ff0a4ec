import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Where processes run: the server that is measured on a core of its own and all else on the other, or wherever the system puts them. */
export type Layout = 'pinned' | 'free';

/** `server`: what is measured. `rest`: database, vendor, callers and the bench itself. */
export type Part = 'server' | 'rest';

export const CORES: Readonly<Record<Part, string>> = { server: '0', rest: '1' };

/** Without `taskset`, or on one core, nothing can be pinned. */
export function possibleLayout(wanted: Layout): Layout {
  if (wanted === 'free' || availableParallelism() < 2) return 'free';
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return 'pinned';
  } catch {
    // Not Linux, or a bare image.
    return 'free';
  }
}

/** A command that starts `command` where it belongs; its process is the command's own. */
export function placed(layout: Layout, part: Part, command: readonly string[]): readonly string[] {
  return layout === 'free' ? command : ['taskset', '-c', CORES[part], ...command];
}

/** Moves processes that run already; what they start follows them. */
export function move(layout: Layout, part: Part, pids: readonly number[]): void {
  if (layout !== 'free') moveTo(CORES[part], pids);
}

/** Lets them run wherever the system puts them. */
export function setFree(pids: readonly number[]): void {
  moveTo(`0-${availableParallelism() - 1}`, pids);
}

function moveTo(cores: string, pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      execFileSync('taskset', ['-a', '-c', '-p', cores, String(pid)], { stdio: 'ignore' });
    } catch {
      // It has ended meanwhile.
    }
  }
}
