import { Button, type ButtonProps, Group, Modal, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { type ReactElement, type ReactNode } from 'react';

import { ProblemNotice } from './problem-notice.js';

export interface FormButtonProps extends Pick<ButtonProps, 'variant' | 'color'> {
  readonly label: string;
  readonly title: string;
  /** The fields. */
  readonly children: ReactNode;
  readonly submitLabel: string;
  /** Whether all is there that is needed. */
  readonly isReady: boolean;
  /** Empties the fields, before they are shown. */
  readonly onOpen: () => void;
  /** Sends; what it throws is shown in the dialog, which stays open then. */
  readonly onSubmit: () => Promise<void>;
}

/** A button that opens a form, and closes it once what was filled in was taken. Nothing of it is kept. */
export function FormButton(props: FormButtonProps): ReactElement {
  const { label, title, children, submitLabel, isReady, onOpen, onSubmit, ...button } = props;
  const [opened, { open, close }] = useDisclosure(false);
  const sending = useMutation({ mutationFn: onSubmit, onSuccess: close, gcTime: 0 });
  return (
    <>
      <Button
        {...button}
        onClick={() => {
          sending.reset();
          onOpen();
          open();
        }}
      >
        {label}
      </Button>
      <Modal opened={opened} onClose={close} title={title} centered>
        <form
          autoComplete="off"
          onSubmit={(event) => {
            event.preventDefault();
            if (isReady && !sending.isPending) sending.mutate();
          }}
        >
          <Stack>
            {children}
            <ProblemNotice error={sending.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button
                type="submit"
                {...(button.color !== undefined && { color: button.color })}
                loading={sending.isPending}
                disabled={!isReady}
              >
                {submitLabel}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
