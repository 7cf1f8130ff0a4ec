import { readdirSync, readFileSync } from 'node:fs';

/** What Linux tells of a process in /proc/PID/stat, times in milliseconds. */
interface Entry {
  readonly pid: number;
  readonly parent: number;
  /** Its own, with that of those of its children that have ended and were waited for. */
  readonly cpuMs: number;
}

/** Of all systems on which Node runs. */
const TICK_MS = 10;

/** The process and all that descend from it. */
export function treeOf(root: number): readonly number[] {
  return entriesOf(root).map(({ pid }) => pid);
}

/** CPU time that a process has used so far, with all that descend from it, dead or alive. To 10 ms for each. */
export function cpuMsOf(root: number): number {
  return entriesOf(root).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

/** Resident memory of a process and all that descend from it, in megabytes. */
export function residentMbOf(root: number): number {
  const kilobytes = treeOf(root).map((pid) => {
    const status = textOf(`/proc/${pid}/status`);
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
  });
  return kilobytes.reduce((sum, kb) => sum + kb, 0) / 1024;
}

/**
 * CPU time that all cores together have worked so far, or one of them (`0`), in milliseconds; and what another machine has taken away from
 * this one. None, where there is no such core.
 */
export function busyMs(core = ''): number {
  const line = textOf('/proc/stat')
    .split('\n')
    .find((one) => one.startsWith(`cpu${core} `));
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (line ?? '')
    .split(/\s+/)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) * TICK_MS;
}

function entriesOf(root: number): readonly Entry[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => entryOf(Number(name)) ?? []);
  const children = Map.groupBy(all, ({ parent }) => parent);
  const found: Entry[] = all.filter(({ pid }) => pid === root);
  for (const { pid } of found) found.push(...(children.get(pid) ?? []));
  return found;
}

function entryOf(pid: number): Entry | null {
  const stat = textOf(`/proc/${pid}/stat`);
  // The name, which stands in brackets, may have spaces and brackets of its own.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [, parent] = fields;
  if (parent === undefined) return null;
  const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = fields.slice(11, 15).map(Number);
  return { pid, parent: Number(parent), cpuMs: (user + system + childrenUser + childrenSystem) * TICK_MS };
}

/** Empty, where the process has ended meanwhile. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
