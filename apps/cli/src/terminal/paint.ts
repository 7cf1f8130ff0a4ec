import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Styles a text, or leaves it as it is where there is nobody to see colours. */
export type Paint = (style: Style, text: string) => string;

export function paintFor(stream: { readonly isTTY?: boolean }, noColor: boolean): Paint {
  const isPainted = stream.isTTY === true && !noColor;
  // Whether to paint is decided here, from the streams that were given; styleText would look at the process's own.
  return (style, text) =>
    isPainted && text !== '' ? styleText(style, text, { validateStream: false }) : text;
}

const STATUS_STYLES: Readonly<Record<string, Style>> = {
  verified: 'green',
  active: 'green',
  delivered: 'green',
  in_force: 'green',
  closed: 'green',
  rejected: 'red',
  revoked: 'red',
  error: 'red',
  failed: 'red',
  suspended: 'red',
  open: 'red',
  expired: 'yellow',
  needs_review: 'yellow',
  half_open: 'yellow',
  proposed: 'yellow',
  scheduled: 'yellow',
  pending: 'cyan',
  processing: 'cyan',
  requires_input: 'cyan',
  canceled: 'dim',
  superseded: 'dim',
};

/** A status in the colour that says whether to look closer. */
export function paintStatus(paint: Paint, status: string): string {
  const style = STATUS_STYLES[status];
  return style === undefined ? shown(status) : paint(style, status);
}

/** Text from elsewhere, without the control characters by which it could write over the screen. */
export function shown(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, '\uFFFD');
}
