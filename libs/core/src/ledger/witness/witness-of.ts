import { ConfigError, type LedgerWitness } from '@gatehouse/platform';

import { parseNoteKey } from '../tree/signed-note.js';
import { FolderWitness } from './folder-witness.js';
import { HttpWitness } from './http-witness.js';
import { type Witness } from './witness.js';

/** The witnesses of a configuration. Throws ConfigError for a key that is none. */
export function witnessesOf(config: LedgerWitness | null): readonly Witness[] {
  switch (config?.kind) {
    case undefined:
      return [];
    case 'folder':
      return [new FolderWitness(config.folder)];
    case 'http': {
      const key = parseNoteKey(config.key);
      if (key === null) throw new ConfigError(['LEDGER_WITNESS_KEY: is not a key of a witness']);
      return [new HttpWitness(config.url, key)];
    }
  }
}
