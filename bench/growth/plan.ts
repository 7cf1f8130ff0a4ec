/** What is wrong with how PostgreSQL went about a statement. */
export interface PlanFault {
  readonly statement: string;
  readonly detail: string;
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly Plans?: readonly PlanNode[];
  readonly [member: string]: unknown;
}

/** Those that hold more the longer the gateway runs; of the others, a few rows may be read as a whole. */
const GROWING: ReadonlySet<string> = new Set([
  'verifications',
  'subjects',
  'ledger_entries',
  'ledger_leaves',
  'ledger_checkpoints',
  'webhook_deliveries',
  'webhook_attempts',
  'signals',
  'idempotency_keys',
]);

const REMOVED = [
  'Rows Removed by Filter',
  'Rows Removed by Join Filter',
  'Rows Removed by Index Recheck',
] as const;
/** More than a page's rows by as much must not be thrown away. */
const THROWN_AWAY = 10;
/** Nor read: a sort of everything throws nothing away that a plan would tell of. */
const READ = 40;
/** Nor pages of tables and indexes: what an index is asked for of its last columns it looks for in all of it, and tells of no row. */
const BLOCKS = 150;

/** Of `EXPLAIN (ANALYZE, FORMAT JSON)`; `page`: rows that were asked for, null for figures, which are made of as many rows as there are, and of which nothing is asked. */
export function faultsOf(statement: string, explained: unknown, page: number | null): readonly PlanFault[] {
  if (page === null) return [];
  const [whole] = nodesOf(explained);
  const blocks = Number(whole?.['Shared Hit Blocks'] ?? 0) + Number(whole?.['Shared Read Blocks'] ?? 0);
  const tooMany = blocks > BLOCKS * page ? [{ statement, detail: `reads ${blocks} blocks of storage` }] : [];
  const ofNodes = nodesOf(explained).flatMap((node) => {
    const { 'Node Type': type, 'Relation Name': relation } = node;
    const of =
      relation === undefined
        ? type
        : `${type} on ${relation}${node['Index Name'] === undefined ? '' : ` by ${node['Index Name']}`}`;
    const isSequential = type === 'Seq Scan' && relation !== undefined && GROWING.has(relation);
    const loops = node['Actual Loops'] ?? 1;
    const faults = isSequential ? [of] : [];
    for (const kind of REMOVED) {
      const removed = Number(node[kind] ?? 0) * loops;
      if (removed > THROWN_AWAY * page) faults.push(`${of}: ${kind} ${removed}`);
    }
    const read = (node['Actual Rows'] ?? 0) * loops;
    if (type.includes('Scan') && read > READ * page) faults.push(`${of}: reads ${Math.round(read)} rows`);
    return faults.map((detail) => ({ statement, detail }));
  });
  return [...ofNodes, ...tooMany];
}

/** Names of the indexes that a plan goes by. */
export function indexesOf(explained: unknown): readonly string[] {
  return [...new Set(nodesOf(explained).flatMap((node) => node['Index Name'] ?? []))].sort();
}

function nodesOf(explained: unknown): readonly PlanNode[] {
  // PostgreSQL's own form, of which nothing but these members is read.
  const plans = explained as readonly { readonly Plan: PlanNode }[];
  const below = (node: PlanNode): readonly PlanNode[] => [node, ...(node.Plans ?? []).flatMap(below)];
  return plans.flatMap(({ Plan }) => below(Plan));
}
