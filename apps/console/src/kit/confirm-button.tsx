import { Button, type ButtonProps, Group, Modal, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { type ReactElement, type ReactNode } from 'react';

import { ProblemNotice } from './problem-notice.js';

export interface ConfirmButtonProps extends Pick<ButtonProps, 'color' | 'variant' | 'size' | 'disabled'> {
  readonly label: string;
  /** What is asked. */
  readonly title: string;
  /** What will change, and what will not. */
  readonly children: ReactNode;
  readonly confirmLabel: string;
  /** Acts; what it throws is shown in the dialog, which stays open then. */
  readonly onConfirm: () => Promise<void>;
}

/** A button for what has consequences: it says them and asks before it acts. */
export function ConfirmButton(props: ConfirmButtonProps): ReactElement {
  const { label, title, children, confirmLabel, onConfirm, ...button } = props;
  const [opened, { open, close }] = useDisclosure(false);
  const action = useMutation({ mutationFn: onConfirm, onSuccess: close });
  return (
    <>
      <Button
        variant="default"
        {...button}
        onClick={() => {
          action.reset();
          open();
        }}
      >
        {label}
      </Button>
      <Modal opened={opened} onClose={close} title={title} centered>
        <Stack>
          {children}
          <ProblemNotice error={action.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              Cancel
            </Button>
            <Button
              {...(button.color !== undefined && { color: button.color })}
              loading={action.isPending}
              onClick={() => {
                action.mutate();
              }}
            >
              {confirmLabel}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
