import { send } from '../api/client.js';
import { linesOf } from '../api/lines.js';
import { ProblemError, UNREACHABLE } from '../api/problem.js';
import { type Schemas } from '../api/client.js';

export interface VerifyProgress {
  readonly checked: number;
  readonly total: number;
}

/**
 * Has the gateway recompute a ledger, or all of them (null). Throws ProblemError, also where the answer ends without a verdict: that
 * proves nothing.
 */
export async function verifyLedger(
  tenantId: string | null,
  checkpoints: readonly string[],
  onProgress: (progress: VerifyProgress) => void,
  signal: AbortSignal,
): Promise<Schemas['LedgerVerdict']> {
  const answer = await send('/admin/v1/audit-log/verify', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/x-ndjson' },
    body: JSON.stringify({ ...(tenantId !== null && { tenantId }), checkpoints }),
    signal,
  });
  for await (const line of linesOf(answer)) {
    if (isVerdict(line)) return line;
    if (isProgress(line)) onProgress(line);
  }
  throw new ProblemError({
    ...UNREACHABLE,
    title: 'The verification was cut off',
    detail: 'The answer ended before there was a verdict, so nothing is said of the ledger.',
    code: 'cut_off',
  });
}

/** The checkpoints in a text: each begins with the line that names its ledger. */
export function checkpointsIn(text: string): readonly string[] {
  return text
    .replaceAll('\r\n', '\n')
    .split(/^(?=gatehouse\/)/mu)
    .map((note) => note.trim())
    .filter((note) => note !== '')
    .map((note) => `${note}\n`);
}

function isProgress(line: object): line is VerifyProgress {
  return (
    'checked' in line && typeof line.checked === 'number' && 'total' in line && typeof line.total === 'number'
  );
}

function isVerdict(line: object): line is Schemas['LedgerVerdict'] {
  return 'ok' in line && typeof line.ok === 'boolean' && 'checked' in line && 'firstBad' in line;
}
