import { toTypeId } from '@gatehouse/platform';

import { type BareErasure } from './erasure.rows.js';
import { type ProviderCopy } from './erasure.js';

/** Of the ledger's leaves, as far as they had positions when the certificate was written. */
export interface LedgerRange {
  readonly first: number;
  readonly last: number;
  readonly entries: number;
}

export interface CertificateFacts {
  readonly erasure: BareErasure;
  readonly finishedAt: Date;
  readonly copies: readonly ProviderCopy[];
  /** Who at the tenant sees to what is open. */
  readonly contact: string | null;
  readonly ledger: LedgerRange | null;
  /** Whose key is still there, because other verifications of theirs are. */
  readonly personsKept: number;
}

/** The name of the key that signs a tenant's certificates. */
export function certificateNameOf(tenantId: string): string {
  return `gatehouse/${toTypeId('tnt', tenantId)}/erasure`;
}

/**
 * The text of a certificate: its name, then lines of `key: value`, the same key for each of several. What went, what stays, on which ground, and until
 * when. Names nobody. Pure.
 */
export function certificateText(facts: CertificateFacts): string {
  const { erasure, finishedAt, copies, contact, ledger, personsKept } = facts;
  const { counts } = erasure;
  // What became of them, and what providers still hold of them, is in the other certificate. Carried out twice, one counts twice.
  const erasedBefore = Math.max(0, erasure.erasedIds.length - counts.verifications);
  const lines: (readonly [string, string | number])[] = [
    ['certificate', 'gatehouse erasure 1'],
    ['erasure', toTypeId('ers', erasure.id)],
    ['tenant', toTypeId('tnt', erasure.tenantId)],
    ['environment', erasure.environment ?? 'test and live'],
    ['ground', erasure.ground],
    ['named by', erasure.namedBy],
    ['requested', erasure.createdAt.toISOString()],
    ['finished', finishedAt.toISOString()],
    ...erasure.erasedIds.map((id) => ['verification', toTypeId('ver', id)] as const),
    ['persons erased', counts.keysDestroyed],
    ['persons kept for other verifications', personsKept],
    ['keys destroyed', erasure.erasedIds.length === 0 ? 'none' : personsKept === 0 ? 'yes' : 'no'],
    ['verifications erased', counts.verifications],
    ...(erasedBefore > 0
      ? ([
          ['verifications erased before, by an erasure with a certificate of its own', erasedBefore],
        ] as const)
      : []),
    ['sealed columns emptied', counts.sealedColumns],
    ['searchable hashes removed', counts.searchableHashes],
    ['readings deleted', counts.readings],
    ['archived reports deleted', counts.reports],
    ['signals emptied', counts.signals],
    ['signals of unknown persons emptied', counts.orphans],
    ['stored answers deleted', counts.answers],
    ['stays', 'of each verification: status, reason codes, times, provider, the provider’s own reference'],
    ['stays', 'ledger entries, which hold no personal data'],
    ...(ledger === null
      ? []
      : ([['ledger entries', `${ledger.entries}, at positions ${ledger.first} to ${ledger.last}`]] as const)),
    ['stays on the ground of', 'proof of the verification and legal claims'],
    ['stays until', 'the tenant’s ledger is removed'],
    ...copies.map((copy) => ['provider copy', copyText(copy)] as const),
    ...(contact === null ? [] : ([['open duties are seen to by', contact]] as const)),
    ['backups', 'what they hold of the persons whose key was destroyed opens only with that key'],
  ];
  // A note's signature does not cover the name beside it, so the text begins with that name.
  return `${certificateNameOf(erasure.tenantId)}\n${lines.map(([key, value]) => `${key}: ${inOneLine(String(value))}`).join('\n')}\n`;
}

/** Names come from vendors, and no line may be of their making. */
function inOneLine(text: string): string {
  return text.toWellFormed().replaceAll(/\p{Cc}/gu, ' ');
}

function copyText({ provider, environment, reference, state, way, ask, doneAt }: ProviderCopy): string {
  const where = [provider, environment, ...(reference === null ? [] : [`reference ${reference}`])].join(', ');
  if (state === 'open') return `${where}: open, ask ${ask}`;
  return `${where}: done ${doneAt?.toISOString() ?? ''}${way === 'api' ? ' by the provider’s call' : ', as its operator says'}`;
}
