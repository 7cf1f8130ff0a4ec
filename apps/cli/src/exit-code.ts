/** What the shell is told, for scripts to branch on (docs/CLI.md). */
export const EXIT = {
  ok: 0,
  /** What was asked for failed, or is not so. */
  notSo: 1,
  /** The command was used wrongly. */
  usage: 2,
  /** Not authenticated, or no permission. */
  denied: 3,
  /** Not reachable, or not at the moment: the same command may work later. */
  unavailable: 4,
  /** Ctrl-C, as shells have it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
