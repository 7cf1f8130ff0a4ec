import { type Session } from '../session.js';
import { type Column } from '../terminal/table.js';

interface Page<Row> {
  readonly data: readonly Row[];
  readonly nextCursor: string | null;
}

/** Tells one page of a list, and how to see the next. */
export function tellPage<Row>(
  { printer, paint }: Session,
  page: Page<Row>,
  {
    columns,
    id,
    none,
  }: { readonly columns: readonly Column<Row>[]; readonly id: (row: Row) => string; readonly none: string },
): void {
  printer.tell({
    json: page,
    quiet: page.data.map(id),
    text: () => (page.data.length === 0 ? paint('dim', none) : printer.table(page.data, columns)),
  });
  const { nextCursor } = page;
  if (nextCursor !== null)
    printer.remark((styled) => styled('dim', `There are more: add --cursor ${nextCursor}`));
}
