/** What a provider can do beyond begin and read, in plain words. One that is newer than this page shows its own name. */
const WORDS: Readonly<Record<string, string>> = {
  resume: 'Goes on with an interrupted start',
  receive: 'Sends webhooks',
  renewLink: 'Renews the link for the person',
  lookup: 'Looks people up',
  readMany: 'Reads many at once',
  list: 'Lists its people, for imports',
  images: 'Gives images',
  report: 'Gives a report',
  correctContact: 'Takes a corrected contact',
  check: 'Can be checked',
  registerWebhook: 'Is told by a call where to send webhooks',
  erase: 'Erases by a call',
};

export function capabilityInWords(capability: string): string {
  return WORDS[capability] ?? capability;
}
