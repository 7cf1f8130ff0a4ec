import { type Figures } from '../figures.js';
import { type Plan } from '../options.js';

/** What the figures do not say, for whoever reads them in the document. */
export function notesOf(
  { warmUpRequests, warmUpEachTurn, upstreamDelaysMs }: Plan,
  { rates, inFlight, free }: Figures,
): string {
  const slowest = Math.max(...upstreamDelaysMs);
  const eachTurn =
    'seconds' in warmUpEachTurn
      ? `${warmUpEachTurn.seconds} seconds of them`
      : `${warmUpEachTurn.requests} more`;
  const notes = [
    'A request that is refused, or gets another answer than it should, waits endlessly: where as many are, a figure is _endless_. JSON has no such number: there it is `null`, and its name is in `endless`.',
    `Each is warmed by ${warmUpRequests} requests after its start, and before each turn by ${eachTurn}.`,
    'Each turn begins after a checkpoint, so that it writes whole pages into the log again; no autovacuum is under way then, but one may begin. The order is another one in each round.',
    'B0 is some 500 lines and T some 470, each with 150 more that they share; they were to be under 200. B0’s are [here](../bench/compare/contestants/bare), with what B1 batches; T’s [here](../bench/compare/contestants/typical).',
  ];
  const missing = [
    ...(slowest < 500
      ? [`sixteen callers of a vendor that takes 500 ms (the slowest took ${slowest});`]
      : []),
    ...(rates === null ? ['the highest rate at which p99 stays under 50 ms;'] : []),
    ...(inFlight === null ? ['a thousand creates at once;'] : []),
    ...(free === null ? ['creates with all processes where the system puts them;'] : []),
    'endpoints that hang and a backlog, which `npm run bench:delivery` measures: here there is one endpoint, which always answers;',
    'reads that are answered 304: verifications have no ETag.',
  ];
  return [
    '**How to take them**',
    '',
    ...notes.map((note) => `- ${note}`),
    '',
    '**Not measured**, though it was planned',
    '',
    ...missing.map((what) => `- ${what}`),
  ].join('\n');
}
