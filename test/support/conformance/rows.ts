/** What identity providers can do: the rows of the table in docs/CONFORMANCE.md. Keys are stable, titles are shown. */
export const CAPABILITY_ROWS = {
  interface: 'Keeps to the interface',
  mapping: 'Can be read again from what was kept',
  hosted_page: 'Gives a link to a hosted page',
  sms_delivery: 'Sends the person the link by SMS',
  email_delivery: 'Sends the person e-mail',
  iframe: 'Lets its page be shown in a frame',
  return_address: 'Sends the browser back afterwards',
  scope: 'Limits what the person is asked for',
  echo: 'Echoes a reference of ours',
  lookup_by_email: 'Finds a person by e-mail',
  lookup_by_phone: 'Finds a person by phone',
  read_by_own_id: 'Reads by its own id',
  result: 'Gives the result',
  status: 'Says the status in so many words',
  read_without_images: 'Reads without the images',
  images: 'Gives the images',
  trimmed_images: 'Trims the images',
  list: 'Lists everybody in pages',
  expired_documents: 'Names expired documents in its list',
  bulk_read: 'Reads many at once',
  report: 'Gives a report as PDF',
  scores: 'Scores liveness and face match',
  document_fields: 'Gives the fields of the document',
  contact_correction: 'Corrects a contact',
  cancel: 'Calls a verification off',
  again: 'Verifies the same person again',
  webhooks: 'Sends webhooks',
  webhook_registration: 'Is told by API where to send webhooks',
  replay_protection: 'Protects webhooks against replay',
  delivery_events: 'Reports on the delivery of messages',
  sharing: 'Shares an identity from elsewhere',
  consent: 'Shows when a consent is withdrawn',
  self_check: 'Lets credentials be checked',
  risk_level: 'Gives a risk level',
  screening: 'Screens for sanctions',
  expiry_warning: 'Tells when documents expire',
  sends_back: 'Sends the person back to do it again',
  sandbox: 'Has a sandbox',
  idempotency_key: 'Takes an idempotency key',
} as const satisfies Readonly<Record<string, string>>;
export type CapabilityRow = keyof typeof CAPABILITY_ROWS;

/** What can go wrong with any of them: the rows of the second table. */
export const FAULT_ROWS = {
  latency: 'Answers late',
  hang: 'Never answers',
  reset: 'Cuts the connection',
  unreachable: 'Cannot be reached',
  server_error: 'Answers 5xx',
  rate_limit: 'Answers 429',
  unknown_refusal: 'Refuses in a way nobody documented',
  html: 'Answers with a page instead of JSON',
  truncated: 'Answers with half of its JSON',
  wrong_shape: 'Answers with JSON of another shape',
  credentials: 'Refuses the credentials',
  lost_start: 'Loses the answer of a start',
  stale_status: 'Answers with an earlier status',
  unknown_value: 'Answers with a status or level nobody knows',
  wrong_person: 'Answers with another person',
  bulk_strangers: 'Answers a bulk read with strangers',
  bulk_gaps: 'Leaves gaps in a bulk read',
  expired_report: 'Has the report no more',
  expired_images: 'Has the images no more',
  revoked_consent: 'Lost the consent',
  webhook_lost: 'Loses a webhook',
  webhook_twice: 'Sends a webhook twice',
  webhook_reordered: 'Sends webhooks in another order',
  webhook_forged: 'Is impersonated in a webhook',
  webhook_unsigned: 'Sends a webhook without proof',
  webhook_pretty: 'Sends a webhook pretty-printed',
  webhook_garbage: 'Is impersonated with garbage',
} as const satisfies Readonly<Record<string, string>>;
export type FaultRow = keyof typeof FAULT_ROWS;

export interface Cell {
  /** `partial`: as far as the note says. `not_documented`: looked for and not found. */
  readonly state: 'documented' | 'partial' | 'not_documented' | 'not_offered';
  readonly note: string | null;
}

/** One provider in both tables. */
export interface Column {
  readonly capabilities: Readonly<Record<CapabilityRow, Cell>>;
  /** Faults that cannot befall this provider, each with the reason. All others have behaviours. */
  readonly immune: Readonly<Partial<Record<FaultRow, string>>>;
}

export const documented = (note: string | null = null): Cell => ({ state: 'documented', note });
export const partial = (note: string): Cell => ({ state: 'partial', note });
export const notDocumented = (note: string | null = null): Cell => ({ state: 'not_documented', note });
export const notOffered = (note: string | null = null): Cell => ({ state: 'not_offered', note });

export function isOffered({ state }: Cell): boolean {
  return state === 'documented' || state === 'partial';
}
