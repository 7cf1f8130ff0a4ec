import { send } from '../api/client.js';
import { bytesOf } from '../api/lines.js';
import { ProblemError, UNREACHABLE } from '../api/problem.js';

/** How the last line of an export begins; without it, the file is not whole. */
const LAST_LINE = '{"checkpoint"';

export interface ExportedLedger {
  readonly content: Blob;
  /** Nothing is sealed yet. */
  readonly isEmpty: boolean;
}

/** A tenant's ledger, or (null) that of what is of no tenant. Throws ProblemError, also for one that was cut off. */
export async function exportLedger(
  tenantId: string | null,
  onProgress: (bytes: number) => void,
): Promise<ExportedLedger> {
  const query = tenantId === null ? '' : `?tenantId=${tenantId}`;
  const { body } = await send(`/admin/v1/audit-log/export${query}`);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  if (body !== null) {
    for await (const bytes of bytesOf(body)) {
      parts.push(bytes);
      size += bytes.byteLength;
      onProgress(size);
    }
  }
  const content = new Blob(parts, { type: 'application/x-ndjson' });
  if (size > 0 && !(await lastLineOf(content)).startsWith(LAST_LINE)) {
    throw new ProblemError({
      ...UNREACHABLE,
      title: 'The ledger was cut off',
      detail: 'It ended before its checkpoint, so it would prove nothing. Nothing was downloaded.',
      code: 'cut_off',
    });
  }
  return { content, isEmpty: size === 0 };
}

async function lastLineOf(content: Blob): Promise<string> {
  // A checkpoint is a few hundred characters.
  const end = await content.slice(-10_000).text();
  return end.trimEnd().split('\n').at(-1) ?? '';
}
