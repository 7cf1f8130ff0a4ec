import { randomInt } from 'node:crypto';

import { type WebhookAddress, WebhookRequests } from './webhook-requests.js';

/** What is sent: `direct` is the vendor's call itself, `chat` what a proxy of language models takes. */
export type Kind = 'create' | 'read' | 'replay' | 'webhook' | 'direct' | 'chat';

export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** The status of an answer that counts. */
  readonly expected: number;
  /** Of a webhook that says something new: about which verification. */
  readonly tellsOf: string | null;
  /** Of a webhook that is stored and says nothing new. */
  readonly isLate?: boolean;
}

/** To whom, by whom. */
export interface Sender {
  /** Keys of one tenant, used in turn: the gateway limits how much each may ask for in a minute. */
  readonly keys: readonly string[];
  /** Makes people and idempotency keys of this sender's own. */
  readonly seed: string;
  readonly vendorPath: string;
  readonly vendorHeaders: Readonly<Record<string, string>>;
  /** Where its vendor's webhooks go, and what they are signed with. */
  readonly webhooks: WebhookAddress | null;
}

const JSON_TYPE = { 'content-type': 'application/json', accept: 'application/json' };

/** The requests of one sender; it remembers what it has made, to read it and to repeat it. */
export class Requests {
  /** How many creates were sent. */
  #made = 0;
  /** Of the newest verifications. */
  readonly #ids: string[] = [];

  readonly #webhooks: WebhookRequests | null;

  constructor(private readonly sender: Sender) {
    this.#webhooks = sender.webhooks === null ? null : new WebhookRequests(sender.webhooks);
  }

  next(kind: Kind): Request {
    switch (kind) {
      case 'create':
        this.#made += 1;
        return this.#create(this.#made);
      case 'replay':
        return this.#create(1 + randomInt(this.#made));
      case 'read':
        return this.#read(this.#ids[randomInt(this.#ids.length)] ?? '');
      case 'webhook':
        if (this.#webhooks === null) throw new Error('a sender of webhooks needs an address');
        return this.#webhooks.next();
      case 'direct':
      case 'chat':
        this.#made += 1;
        return this.#toVendor(kind, this.#made);
    }
  }

  /** Keeps the id of what a create has made. */
  learn(answer: string): void {
    const at = answer.indexOf('"id":"ver_');
    if (at < 0) throw new Error('an answer has no id');
    const id = answer.slice(at + 6, at + 36);
    this.#webhooks?.learn(id);
    if (this.#ids.length < IDS_KEPT) this.#ids.push(id);
    else this.#ids[randomInt(IDS_KEPT)] = id;
  }

  /** Keeps of which verification a webhook has told. */
  told(verificationId: string): void {
    this.#webhooks?.told(verificationId);
  }

  #create(number: number): Request {
    const body = JSON.stringify({
      subject: personOf(this.sender.seed, number),
      reference: `user-${number}`,
      redirectUrl: 'https://app.northwind.test/done',
      metadata: { plan: 'gold' },
    });
    const headers = {
      ...JSON_TYPE,
      ...this.#authorization(number),
      'idempotency-key': `${this.sender.seed}-${number}`,
    };
    return { method: 'POST', path: '/v1/verifications', headers, body, expected: 201, tellsOf: null };
  }

  #read(id: string): Request {
    const headers = this.#authorization(randomInt(this.sender.keys.length));
    return {
      method: 'GET',
      path: `/v1/verifications/${id}`,
      headers,
      body: null,
      expected: 200,
      tellsOf: null,
    };
  }

  #toVendor(kind: 'direct' | 'chat', number: number): Request {
    const { seed, vendorPath, vendorHeaders } = this.sender;
    const { email, phone } = personOf(seed, number);
    const content = JSON.stringify({ email, phoneNumber: phone });
    const body =
      kind === 'direct'
        ? content
        : JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: content.padEnd(280) }] });
    return {
      method: 'POST',
      path: vendorPath,
      headers: { ...JSON_TYPE, ...vendorHeaders },
      body,
      expected: 200,
      tellsOf: null,
    };
  }

  #authorization(number: number): Readonly<Record<string, string>> {
    const { keys } = this.sender;
    return { authorization: `Bearer ${keys[number % keys.length] ?? ''}` };
  }
}

const IDS_KEPT = 20_000;

/** Nobody, and the same for the same number, so that a request can be repeated. */
function personOf(
  seed: string,
  number: number,
): Readonly<Record<'email' | 'phone' | 'firstName' | 'lastName', string>> {
  return {
    email: `ana.ruiz.${seed}.${number}@mail.test`,
    phone: `+1415555${String(number % 10_000).padStart(4, '0')}`,
    firstName: 'Ana',
    lastName: 'Ruiz',
  };
}
