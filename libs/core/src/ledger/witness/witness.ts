/** A checkpoint that is to be known outside, with what leads to it from the one that was taken last. */
export interface ToldCheckpoint {
  readonly tenantId: string;
  /** Of the checkpoint that the witness took last, as far as we know; 0 where it took none. */
  readonly oldSize: number;
  /** From `oldSize` on; again from elsewhere where the witness remembers another size. */
  readonly proofFrom: (size: number) => Promise<readonly Buffer[]>;
  /** The root that this ledger had at that size; null where it was never as long. */
  readonly rootAt: (size: number) => Promise<Buffer | null>;
  readonly size: number;
  readonly note: string;
}

export type Testimony =
  | { readonly isTaken: true; readonly cosignatures: string | null }
  /** `reason`: a fixed word. */
  | { readonly isTaken: false; readonly reason: string };

/** Somebody else who remembers checkpoints, so that the owner of the database cannot change the past unseen. */
export interface Witness {
  /** For the rows that remember what it took. */
  readonly name: string;
  tell(checkpoint: ToldCheckpoint): Promise<Testimony>;
}
