import { type Records } from '../records.js';
import { countBy, type Rest } from '../rest.js';
import { ALLOWANCES } from '../judgement.js';
import { statusesFor } from '../twins.js';
import { toTypeId } from '@gatehouse/platform';
import { check, type Check, counted, showing } from './check.js';

/** Each ends as its vendor has it, and nobody was ever `verified`, not for a moment, whom the vendor did not verify. */
export async function statuses(
  rest: Rest,
  records: Records,
  faults: ReadonlyMap<string, number>,
): Promise<readonly Check[]> {
  const { judged, circumstances, unfinished, nudges, complaints } = rest;
  const others = judged.flatMap(({ row, judgement }) =>
    judgement.kind === 'other' ? [`${row.id}: ${judgement.what}`] : [],
  );
  const allowances = countBy(
    judged.flatMap(({ judgement }) =>
      judgement.kind === 'allowed' ? [`allowed, ${judgement.why}: ${ALLOWANCES[judgement.why]}`] : [],
    ),
  );
  const ends = countBy(judged.map(({ row }) => `${row.provider} ${row.status}`));
  return [
    showing(
      ['I4'],
      check(
        '2. each ends in the status that the twin holds',
        judged.length,
        [...others, ...complaints, ...tooManyLies(rest, faults)],
        [...counted(allowances), ...counted(nudges), ...counted(ends)],
      ),
    ),
    showing(['I8'], check('2. no work is left undone', judged.length, unfinished)),
    showing(['I4'], await verifiedOnly(rest, circumstances, records)),
  ];
}

/** Each search that lied stands between two people at most; whoever is excused by one beyond that is not. */
function tooManyLies({ judged }: Rest, faults: ReadonlyMap<string, number>): readonly string[] {
  const lies = faults.get('sardine wrong-person') ?? 0;
  const excused = judged.filter(
    ({ judgement }) => judgement.kind === 'allowed' && judgement.why === 'the search lied',
  );
  return excused
    .slice(2 * lies)
    .map(({ row }) => `${row.id}: not as Sardine has it, and its search lied only ${lies} times`);
}

async function verifiedOnly(
  { judged }: Rest,
  { holdings }: Rest['circumstances'],
  { pool, tenantId }: Records,
): Promise<Check> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT DISTINCT verification_id AS id FROM ledger_entries WHERE tenant_id = $1 AND data->>'to' = 'verified'`,
    [tenantId],
  );
  const everVerified = new Set(rows.map(({ id }) => toTypeId('ver', id)));
  const wrongly = judged.flatMap(({ row, person }) => {
    if (row.status !== 'verified' && !everVerified.has(row.id)) return [];
    const held = holdings.at(row.provider, person);
    if (statusesFor(row.provider, held).includes('verified')) return [];
    return [`${row.id}: was verified while ${row.provider} holds ${held?.state ?? 'nobody'}`];
  });
  return check('3. none was ever `verified` that the twin did not verify', everVerified.size, wrongly);
}

/** A text message cannot be taken back: nobody gets two, however often a start was tried. */
export function messages({ judged, circumstances }: Rest): Check {
  const twice = judged.flatMap(({ row, person }) => {
    const sent = circumstances.holdings.at('dentity', person)?.records ?? 0;
    return sent > 1 ? [`${row.id}: ${sent} text messages`] : [];
  });
  const sent = judged.filter(({ person }) => circumstances.holdings.at('dentity', person) !== null);
  return showing(['I2'], check('1. nobody was texted twice', sent.length, twice));
}
