import { ScrollArea, Table } from '@mantine/core';
import { type ReactElement, type ReactNode } from 'react';

/** A table that scrolls sideways in its own frame, by keyboard too, where the screen is narrow. */
export function DataTable({
  label,
  head,
  children,
  minWidth = 640,
}: {
  /** What the table holds, said to who does not see it. */
  readonly label: string;
  readonly head: readonly ReactNode[];
  readonly children: ReactNode;
  readonly minWidth?: number;
}): ReactElement {
  return (
    <ScrollArea type="auto" viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': label }}>
      <Table miw={minWidth} verticalSpacing="xs" highlightOnHover aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            {head.map((title, index) => (
              // Columns neither come nor go.
              <Table.Th key={index} scope="col">
                {title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </ScrollArea>
  );
}
