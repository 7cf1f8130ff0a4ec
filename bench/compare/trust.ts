import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { AUTHORITY } from '../../libs/providers/test/certificates.js';

/** In the environment of vendors who are called with TLS. */
export const SPEAKS_TLS = 'BENCH_VENDOR_TLS';

/** Whose certificates the processes of the bench take for good. */
export interface Trust {
  /** For each of them. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Of the authority that has signed for those who speak TLS here; without TLS, of nobody more than usual. */
export async function openTrust({ isTls }: { readonly isTls: boolean }): Promise<Trust> {
  if (!isTls) return { environment: {}, close: () => Promise.resolve() };
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-trust-'));
  const file = join(folder, 'authority.pem');
  await writeFile(file, AUTHORITY);
  return {
    environment: { NODE_EXTRA_CA_CERTS: file },
    close: () => rm(folder, { recursive: true }),
  };
}
