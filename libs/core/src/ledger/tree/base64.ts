/** The bytes of standard base64 (RFC 4648, section 4) in its one canonical spelling, padded; null for every other text. */
export function decodeBase64(text: string): Buffer | null {
  // Node reads base64url too, and skips what it does not know; whatever is not spelt as it would spell it is refused here.
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}
