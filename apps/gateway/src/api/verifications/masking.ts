/** `j•••@mail.test`: enough to recognise an address by for who knows it. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  const [first = ''] = email;
  return at < 1 ? '•••' : `${first}•••${email.slice(at)}`;
}

const SHOWN_AT_START = 5;
const SHOWN_AT_END = 2;
const HIDDEN = 5;

/** `+9715•••••42`. At least five digits stay hidden, so short numbers show less of their beginning. */
export function maskPhone(phone: string): string {
  const start = Math.max(1, Math.min(SHOWN_AT_START, phone.length - SHOWN_AT_END - HIDDEN));
  return `${phone.slice(0, start)}${'•'.repeat(HIDDEN)}${phone.slice(-SHOWN_AT_END)}`;
}
