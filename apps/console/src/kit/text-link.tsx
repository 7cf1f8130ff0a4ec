import { Anchor, type AnchorProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import { type AnchorHTMLAttributes, type ReactElement, type Ref } from 'react';

type Props = Omit<AnchorProps, 'size' | 'underline'> &
  Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof AnchorProps> & {
    readonly ref?: Ref<HTMLAnchorElement>;
  };

function UnderlinedAnchor(props: Props): ReactElement {
  return <Anchor size="sm" underline="always" {...props} />;
}

/** A link to another page of the console, within a text or a table. */
export const TextLink = createLink(UnderlinedAnchor);
