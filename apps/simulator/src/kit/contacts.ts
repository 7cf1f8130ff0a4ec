/** Compares as vendors do: e-mails without regard to case, phones by their digits. */
export function sameEmail(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && one.toLowerCase() === other.toLowerCase();
}

export function samePhone(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && digits(one) === digits(other);
}

/** Whether `key` is this person's e-mail or phone. */
export function isContactOf(key: string, contact: { email: string | null; phone: string | null }): boolean {
  return sameEmail(key, contact.email) || (/\d{6}/.test(key) && samePhone(key, contact.phone));
}

export function digits(phone: string): string {
  return phone.replace(/\D/g, '');
}
