/** What a vendor wrote, as PostgreSQL takes it: without halves of characters, and without NUL. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}
