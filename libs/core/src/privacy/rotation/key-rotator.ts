import { type Clock, type Database } from '@gatehouse/platform';

import { CLAIM, type RotationRow } from './key-rotation.rows.js';
import { type SubjectKeyRotation } from './subject-key-rotation.js';
import { type TenantKeyRotation } from './tenant-key-rotation.js';

/** Longer than a step may take; after it, another worker goes on where the last step ended. */
const LEASE_MS = 60_000;

/**
 * Works on the rotations of keys, one step of one that is due at a time. Each step is written in one transaction with the place where to
 * go on, so a worker that dies at any moment loses nothing, and any number of replicas may do it.
 */
export class KeyRotator {
  constructor(
    private readonly database: Database,
    private readonly levels: { readonly tenant: TenantKeyRotation; readonly subject: SubjectKeyRotation },
    private readonly clock: Clock,
  ) {}

  /** Whether there was one. Throws when a master key cannot be had; the step is due again when its lease is over. */
  async rotateSome(): Promise<boolean> {
    const now = this.clock.now();
    const [row] = await this.database.across.query<RotationRow>(CLAIM, [
      now,
      new Date(now.getTime() + LEASE_MS),
    ]);
    if (row === undefined) return false;
    await this.levels[row.level].step(row);
    return true;
  }
}
