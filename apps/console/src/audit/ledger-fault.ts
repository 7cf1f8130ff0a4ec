import { type Schemas } from '../api/client.js';

export type LedgerFault = Schemas['FirstBad']['fault'];

/** What each fault means, in plain words. */
export const FAULT_IN_WORDS: Readonly<Record<LedgerFault, string>> = {
  entry_changed: 'The entry has another content than when it was sealed.',
  entry_missing: 'The entry was taken away.',
  leaf_changed: 'The entry is as it was, but the seal says another kind or environment of it.',
  entry_not_sealed: 'There is an entry that was written past Gatehouse: it was never sealed.',
  position_missing: 'A position is missing: an entry was taken out of its place, together with its seal.',
  tree_changed:
    'The seals above the entries are not the ones that were made: entries were exchanged or put in.',
  checkpoint_differs: 'A signed head says another past than the entries do.',
  checkpoint_missing: 'The newest signed head was taken away.',
  checkpoint_forged: 'A head is signed by none of our keys.',
  head_differs: 'The ledger’s length was written down shorter than it is, or was taken away.',
  tail_missing: 'Entries at the end were taken away: a signed head tells of more than there are.',
  exported_checkpoint_differs:
    'The past was written anew: the checkpoint that you kept was signed for other entries than these.',
  exported_checkpoint_forged:
    'The checkpoint that you gave is signed by none of our keys: it, or the list of keys, is forged.',
};
