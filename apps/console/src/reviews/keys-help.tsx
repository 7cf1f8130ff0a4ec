import { Kbd, Modal, Stack, Switch, Table, Text } from '@mantine/core';
import { type ReactElement } from 'react';

const KEYS: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['j', '↓'], 'The next one'],
  [['k', '↑'], 'The one before'],
  [['a'], 'Approve, with a reason'],
  [['r'], 'Reject, with a reason'],
  [['?'], 'This help'],
  [['Esc'], 'Close a dialog without deciding'],
];

/** Which keys do what, and the switch that turns them off. */
export function KeysHelp({
  opened,
  isOn,
  onToggle,
  onClose,
}: {
  readonly opened: boolean;
  readonly isOn: boolean;
  readonly onToggle: (isOn: boolean) => void;
  readonly onClose: () => void;
}): ReactElement {
  return (
    <Modal opened={opened} onClose={onClose} title="Keys of the queue" centered>
      <Stack>
        <Table aria-label="Keys">
          <Table.Tbody>
            {KEYS.map(([keys, what]) => (
              <Table.Tr key={what}>
                <Table.Td>
                  {keys.map((key, index) => (
                    <span key={key}>
                      {index > 0 && ' or '}
                      <Kbd>{key}</Kbd>
                    </span>
                  ))}
                </Table.Td>
                <Table.Td>{what}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Switch
          label="Keys are on"
          checked={isOn}
          onChange={({ currentTarget }) => {
            onToggle(currentTarget.checked);
          }}
        />
        <Text size="sm" c="dimmed">
          Turn them off if you speak to your computer: single letters may be heard as commands.
        </Text>
      </Stack>
    </Modal>
  );
}
