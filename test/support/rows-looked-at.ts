interface PlanNode {
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Join Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** What `EXPLAIN (ANALYZE, FORMAT JSON)` answers. */
export interface Explained {
  readonly 'QUERY PLAN': readonly { readonly Plan: PlanNode }[];
}

/** Rows that PostgreSQL has looked at for a statement, in all loops of its plan. Throws for what has no plan. */
export function rowsLookedAt(answer: Explained | undefined): number {
  const plan = answer?.['QUERY PLAN'][0]?.Plan;
  if (plan === undefined) throw new Error('there is no plan');
  return ofNode(plan);
}

function ofNode(node: PlanNode): number {
  const each =
    node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Join Filter'] ?? 0);
  return each * node['Actual Loops'] + (node.Plans ?? []).reduce((sum, child) => sum + ofNode(child), 0);
}
