import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

import { type Schemas } from '@gatehouse/sdk';
import { Command } from 'commander';

import { type Act } from '../act.js';
import { EXIT } from '../exit-code.js';
import { Failure, misuse, NotSo } from '../failure.js';
import { type Session } from '../session.js';
import { relative } from '../terminal/moments.js';
import { shown } from '../terminal/paint.js';
import {
  argument,
  cursorOption,
  limitOption,
  type PageOptions,
  repeatable,
  type TenantOption,
} from './options.js';
import { tellPage } from './page.js';

interface VerifyOptions extends TenantOption {
  readonly publicKey?: string;
  readonly checkpoint: readonly string[];
}

/** A whole ledger takes as long as it takes. */
const LONG_WORK = { timeoutMs: 6 * 3_600_000, deadlineMs: 6 * 3_600_000 };
/** How the first line of an export begins, and no receipt. */
const FIRST_OF_EXPORT = ['{"position"', '{"checkpoint"'];

export function ledgerCommand(act: Act): Command {
  const ledger = new Command('ledger')
    .summary('what proves the past')
    .description('The ledger: what happened, sealed so that a change of the past shows.');
  ledger
    .command('verify')
    .summary('recompute it, or check a file offline')
    .description(
      'Without a file: have the gateway recompute the ledger, of one tenant or of all. With a file, a receipt or an export: check it here, offline, with the public key alone. Exit code 1 where something is wrong.',
    )
    .argument('[file]', 'a receipt or an export')
    .option('--tenant <tenant>', 'this one’s only')
    .option(
      '--public-key <key>',
      'for a file: the public key, or a file of what /.well-known/gatehouse-ledger-key answers',
    )
    .addOption(repeatable('--checkpoint <file>', 'a checkpoint that was kept; once for each'))
    .action(act(verify));
  ledger
    .command('checkpoints')
    .summary('signed heads, to be kept elsewhere')
    .description('List signed heads: the newest of each tenant, or all of one.')
    .option('--tenant <tenant>', 'all of this one’s')
    .addOption(limitOption())
    .addOption(cursorOption())
    .action(act(checkpoints));
  ledger
    .command('export')
    .summary('a whole ledger, as lines of JSON')
    .description(
      'Write a tenant’s whole ledger to standard output: an entry a line, and the checkpoint last.',
    )
    .addArgument(argument('[tenant]', 'whose; without it: what is of no tenant'))
    .action(act(exportLedger));
  ledger
    .command('receipt')
    .summary('proof of a verification’s status')
    .description('Write the receipt of a verification’s present status, with the tenant’s key.')
    .addArgument(argument('<verification>', 'its id, ver_…'))
    .action(act(receipt));
  return ledger;
}

async function verify(session: Session, file: string | undefined, options: VerifyOptions): Promise<void> {
  if (file !== undefined) {
    if (options.publicKey === undefined)
      throw misuse('A file is checked with the public key.', 'Add --public-key.');
    if (options.tenant !== undefined) throw misuse('A file says itself whose it is.', 'Leave out --tenant.');
    return verifyFile(session, file, options.publicKey, options.checkpoint);
  }
  if (options.publicKey !== undefined) throw misuse('--public-key is for a file.', 'Name the file.');
  const notes = await Promise.all(options.checkpoint.map((path) => readFile(path, 'utf8')));
  const body = { ...(options.tenant !== undefined && { tenantId: options.tenant }), checkpoints: notes };
  const { data } = await session.waiting(
    'The gateway recomputes the ledger',
    session.admin.POST('/admin/v1/audit-log/verify', { body, ...LONG_WORK }),
  );
  const { ok, checked, firstBad } = data;
  session.printer.tell({
    json: data,
    quiet: [ok ? 'ok' : 'failed'],
    text: () =>
      firstBad === null
        ? `${session.paint('green', '✓')} ${checked} entries are as they were sealed.`
        : `${session.paint('red', '✗')} ${shown(firstBad.tenantId)}: nothing is proven from position ${firstBad.position} on (${shown(firstBad.fault.replaceAll('_', ' '))}).`,
  });
  if (!ok) throw new NotSo();
}

/** By the same program that a stranger would use. */
async function verifyFile(
  session: Session,
  file: string,
  key: string,
  checkpoints: readonly string[],
): Promise<void> {
  const beginning = await beginningOf(file);
  const kind = FIRST_OF_EXPORT.some((first) => beginning.startsWith(first)) ? 'export' : 'receipt';
  const notes = checkpoints.flatMap((path) => ['--checkpoint', path]);
  const { code, out, complaint } = await ran([verifierPath(), kind, file, '--key', key, ...notes]);
  if (code === 2) throw misuse(complaint);
  session.printer.tell({
    json: { ok: code === 0, detail: out === '' ? complaint : out },
    quiet: [code === 0 ? 'ok' : 'failed'],
    text: () =>
      code === 0 ? `${session.paint('green', '✓')} ${out}` : `${session.paint('red', '✗')} ${complaint}`,
  });
  if (code !== 0) throw new NotSo();
}

function ran(args: readonly string[]): Promise<{ code: number; out: string; complaint: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...args], (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code === 1 ? 1 : 2;
      resolve({ code, out: stdout.trim(), complaint: stderr.trim().split('\n')[0] ?? '' });
    });
  });
}

async function beginningOf(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** In the project's folder, whether we run from its source or from what was built of it. */
function verifierPath(): string {
  for (
    let folder = dirname(fileURLToPath(import.meta.url));
    folder !== dirname(folder);
    folder = dirname(folder)
  ) {
    const path = join(folder, 'tools', 'verify-ledger.mjs');
    if (existsSync(path)) return path;
  }
  throw new Failure(EXIT.notSo, 'tools/verify-ledger.mjs is missing from this installation.');
}

async function checkpoints(session: Session, options: PageOptions & TenantOption): Promise<void> {
  const { limit, cursor, tenant } = options;
  const { data } = await session.admin.GET('/admin/v1/audit-log/checkpoints', {
    params: {
      query: {
        limit,
        ...(cursor !== undefined && { cursor }),
        ...(tenant !== undefined && { tenantId: tenant }),
      },
    },
  });
  tellPage<Schemas['Checkpoint']>(session, data, {
    id: ({ tenantId, size }) => `${tenantId} ${size}`,
    none: 'Nothing has been sealed yet.',
    columns: [
      { title: 'TENANT', cell: ({ tenantId }) => tenantId },
      { title: 'ENTRIES', cell: ({ size }) => String(size) },
      { title: 'ROOT', cell: ({ note }) => shown(note.split('\n')[2] ?? ''), isElastic: true },
      { title: 'SEALED', cell: ({ at }) => relative(at, session.now) },
    ],
  });
}

async function exportLedger(session: Session, tenantId: string | undefined): Promise<void> {
  const { data } = await session.admin.GET('/admin/v1/audit-log/export', {
    params: { query: { ...(tenantId !== undefined && { tenantId }) } },
    parseAs: 'stream',
    ...LONG_WORK,
  });
  await pipeline(Readable.fromWeb(data), session.surroundings.stdout, { end: false });
}

async function receipt(session: Session, id: string): Promise<void> {
  const { data } = await session.backend.GET('/v1/verifications/{id}/receipt', { params: { path: { id } } });
  session.surroundings.stdout.write(`${JSON.stringify(data, null, 2)}\n`);
}
