/** `tenant`: a new data key, which wraps what the old one wrapped; `subject`: new keys of the people, and what they seal sealed anew. */
export const ROTATION_LEVELS = ['tenant', 'subject'] as const;
export type RotationLevel = (typeof ROTATION_LEVELS)[number];

/** What the work is at; each is a walk over all rows, and all but the last one of `tenant` belong to `running`. */
export type RotationPhase =
  /** The new key is not made yet. */
  | 'begin'
  /** Of a tenant's key: what the old one holds is put under the new one. */
  | 'move'
  /** The same again, once nobody can have the old one for the newest any more. */
  | 'check'
  /** The same a day later, before the old one is deleted. */
  | 'destroy'
  /** Of subjects' keys: everybody gets a second key, which only opens. */
  | 'offer'
  /** The second key seals from now on, and the first one still opens. */
  | 'switch'
  /** What the first one had sealed is sealed anew, and the first one forgotten. */
  | 'reseal';

export interface KeyRotation {
  readonly id: string;
  /** Null: of our own keys, which belong to no tenant. */
  readonly tenantId: string | null;
  readonly level: RotationLevel;
  readonly state: 'running' | 'done';
  readonly phase: RotationPhase;
  /** Of the tenant's data key; null before the newer one is made, and for `subject`. */
  readonly fromVersion: number | null;
  readonly toVersion: number | null;
  /** What there is to do, as counted at the beginning; null before. What came or went meanwhile is not in it. */
  readonly total: number | null;
  readonly moved: number;
  /** What does not open, and so stays as it is; of the present or the last walk. */
  readonly failed: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly completedAt: Date | null;
  /** When the replaced data key was deleted, which nothing needs any more. */
  readonly destroyedAt: Date | null;
}
