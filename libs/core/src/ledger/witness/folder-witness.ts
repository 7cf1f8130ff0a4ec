import { randomUUID } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

import { hasCode, toTypeId } from '@gatehouse/platform';

import { parseCheckpoint } from '../tree/checkpoint.js';
import { parseNote } from '../tree/signed-note.js';
import { type Testimony, type ToldCheckpoint, type Witness } from './witness.js';

/**
 * A folder, on storage that the owner of the database does not own: `tnt_….checkpoint.txt` is the newest checkpoint of a tenant. A file
 * that does not fit the ledger any more is evidence, and stays as it is.
 */
export class FolderWitness implements Witness {
  readonly name = 'folder';

  constructor(private readonly folder: string) {}

  async tell({ tenantId, size, note, rootAt }: ToldCheckpoint): Promise<Testimony> {
    const path = join(this.folder, `${toTypeId('tnt', tenantId)}.checkpoint.txt`);
    const kept = await checkpointIn(path);
    if (kept === 'unreadable') return { isTaken: false, reason: 'unreadable' };
    if (kept !== null) {
      const root = await rootAt(kept.size);
      if (root?.equals(kept.root) !== true) return { isTaken: false, reason: 'inconsistent' };
      if (kept.size >= size) return { isTaken: true, cosignatures: null };
    }
    // Beside it and renamed: whoever reads sees one or the other, and after a power cut it is one of the two as well.
    const draft = `${path}.${randomUUID()}`;
    const file = await open(draft, 'w', 0o644);
    try {
      await file.writeFile(note);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
    return { isTaken: true, cosignatures: null };
  }
}

async function checkpointIn(path: string): Promise<ReturnType<typeof parseCheckpoint> | 'unreadable'> {
  try {
    const text = parseNote(await readFile(path, 'utf8'))?.text;
    return (text === undefined ? null : parseCheckpoint(text)) ?? 'unreadable';
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}
