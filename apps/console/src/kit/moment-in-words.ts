const SHORT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** A time in the reader's own zone, for a sentence. */
export function momentInWords(at: string): string {
  return SHORT.format(new Date(at));
}
