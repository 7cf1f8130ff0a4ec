/** How a magic person is asked for: a tag in the e-mail (`ana+approve@mail.test`) or the last three digits of the phone. */
export const MAGIC_PEOPLE = [
  {
    word: 'approve',
    digits: '900',
    sentinel: 'Accepted',
    sardine: 'completes, level low',
    dentity: 'verified',
  },
  {
    word: 'reject',
    digits: '901',
    sentinel: 'Rejected (face mismatch)',
    sardine: 'declines consent: no data ever',
    dentity: 'failed',
  },
  {
    word: 'review',
    digits: '902',
    sentinel: 'Conflict',
    sardine: 'manual review: goes to manualKycUrl',
    dentity: 'stays pending',
  },
  {
    word: 'draft',
    digits: '903',
    sentinel: 'Draft the first time, Accepted the next',
    sardine: 'stays open',
    dentity: 'stays pending',
  },
  {
    word: 'walk-away',
    digits: '904',
    sentinel: 'never finishes',
    sardine: 'never finishes',
    dentity: 'never finishes',
  },
  {
    word: 'duplicate',
    digits: '905',
    sentinel: 'Duplicate',
    sardine: 'stays open',
    dentity: 'stays pending',
  },
  {
    word: 'mismatch',
    digits: '906',
    sentinel: 'needs a human',
    sardine: 'needs a human',
    dentity: 'create is refused: phone or e-mail does not match',
  },
  {
    word: 'undeliverable',
    digits: '907',
    sentinel: 'needs a human',
    sardine: 'needs a human',
    dentity: 'SMS failed, e-mail bounced; stays pending',
  },
  {
    word: 'shareable',
    digits: '908',
    sentinel: 'needs a human',
    sardine: 'has an identity at a partner; kyc_sharing completes by itself, kyc_input needs a human',
    dentity: 'needs a human',
  },
  {
    word: 'low-risk',
    digits: '911',
    sentinel: 'needs a human',
    sardine: 'completes, level low',
    dentity: 'needs a human',
  },
  {
    word: 'medium-risk',
    digits: '912',
    sentinel: 'needs a human',
    sardine: 'completes, level medium',
    dentity: 'needs a human',
  },
  {
    word: 'high-risk',
    digits: '913',
    sentinel: 'needs a human',
    sardine: 'completes, level high',
    dentity: 'needs a human',
  },
  {
    word: 'very-high-risk',
    digits: '914',
    sentinel: 'needs a human',
    sardine: 'completes, level very_high (a value the page does not list)',
    dentity: 'needs a human',
  },
] as const;

export type MagicWord = (typeof MAGIC_PEOPLE)[number]['word'];

/** The e-mail decides; where it has no magic word, the phone does. */
export function magicWord(contact: { email?: string | null; phone?: string | null }): MagicWord | null {
  const tags = (contact.email ?? '').split('@')[0]?.toLowerCase().split('+').slice(1) ?? [];
  const byEmail = MAGIC_PEOPLE.find((person) => tags.includes(person.word));
  if (byEmail !== undefined) return byEmail.word;
  const phone = (contact.phone ?? '').replace(/\D/g, '');
  return MAGIC_PEOPLE.find((person) => phone.endsWith(person.digits))?.word ?? null;
}
