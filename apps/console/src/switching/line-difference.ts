export interface LineChange {
  readonly kind: 'kept' | 'removed' | 'added';
  readonly line: string;
}

/** The fewest lines taken away and put in that make one text the other. */
export function lineDifference(before: string, after: string): readonly LineChange[] {
  const old = before.split('\n');
  const fresh = after.split('\n');
  const common = commonLengths(old, fresh);
  const changes: LineChange[] = [];
  let row = 0;
  let column = 0;
  while (row < old.length || column < fresh.length) {
    const [left, right] = [old[row], fresh[column]];
    if (left !== undefined && left === right) {
      changes.push({ kind: 'kept', line: left });
      row += 1;
      column += 1;
    } else if (
      right === undefined ||
      (left !== undefined && at(common, row + 1, column) >= at(common, row, column + 1))
    ) {
      changes.push({ kind: 'removed', line: left ?? '' });
      row += 1;
    } else {
      changes.push({ kind: 'added', line: right });
      column += 1;
    }
  }
  return changes;
}

/** How many lines the rest of the one, from each row on, has in common with the rest of the other, from each column on. */
function commonLengths(old: readonly string[], fresh: readonly string[]): readonly (readonly number[])[] {
  const table: number[][] = Array.from({ length: old.length + 1 }, () =>
    Array.from({ length: fresh.length + 1 }, () => 0),
  );
  for (let row = old.length - 1; row >= 0; row -= 1) {
    const lengths = table[row] ?? [];
    for (let column = fresh.length - 1; column >= 0; column -= 1) {
      lengths[column] =
        old[row] === fresh[column]
          ? at(table, row + 1, column + 1) + 1
          : Math.max(at(table, row + 1, column), at(table, row, column + 1));
    }
  }
  return table;
}

function at(table: readonly (readonly number[])[], row: number, column: number): number {
  return table[row]?.[column] ?? 0;
}
