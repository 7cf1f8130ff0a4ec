import { type Plan } from '../options.js';

/** What the figures do not say, for whoever reads them in the document. */
export function notesOf({ isQuick, warmUpRequests, warmUpEachTurn, upstreamDelaysMs }: Plan): string {
  const slowest = Math.max(...upstreamDelaysMs);
  const notes = [
    'A request that is refused, or gets another answer than it should, waits endlessly: where as many are, a figure is _endless_. JSON has no such number: there it is `null`, and its name is in `endless`.',
    `Warm-up goes by requests, ${warmUpRequests} after a start and ${warmUpEachTurn} before each turn, not by eight seconds: the slowest gets as much of it as the fastest.`,
    'Each turn begins after a checkpoint, so that it writes whole pages into the log again; no autovacuum is under way then, but one may begin. The order is another one in each round.',
    'B0 is some 500 lines and T some 470, each with 150 more that they share; they were to be under 200. B0’s are [here](../bench/compare/contestants/bare), with what B1 batches; T’s [here](../bench/compare/contestants/typical).',
  ];
  const missing = [
    'a run with TLS, of Gatehouse and B0;',
    slowest < 500
      ? `a vendor that takes 500 ms (the slowest took ${slowest}), and 1,000 requests in flight at one;`
      : 'what 1,000 requests in flight at a slow vendor take: sixteen are under way here;',
    ...(isQuick
      ? ['the highest rate at which p99 stays under 50 ms, for which there is no short form;']
      : []),
    'endpoints that hang, which `npm run bench:delivery` measures, and a backlog of 100,000 deliveries: here there is one endpoint, which always answers;',
    'how soon a webhook is acknowledged, reads at half of what is carried, and those that are answered 304;',
    'how long the event loop is held up;',
    'both layouts of the processes in one run: `--unpinned` takes the other one.',
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
