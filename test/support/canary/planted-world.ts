import { type Answer, type GatewayHarness, type GatewayTenant, required, text } from '../gateway-harness.js';
import { type ProviderName, type VendorAccount } from '../vendor-accounts.js';
import { type Canaries } from './canaries.js';

export interface Person {
  readonly email: string;
  readonly phone: string;
}

/** A tenant at one provider, where everything that a person or a secret can be put into holds a canary. */
export class PlantedTenant {
  private constructor(
    private readonly harness: GatewayHarness,
    private readonly canaries: Canaries,
    readonly provider: ProviderName,
    readonly tenant: GatewayTenant,
    readonly account: VendorAccount,
    /** Where the provider's webhooks come in; null for Sardine, which sends none. */
    readonly hook: string | null,
  ) {}

  static async plant(
    harness: GatewayHarness,
    canaries: Canaries,
    provider: ProviderName,
  ): Promise<PlantedTenant> {
    const tenant = await harness.tenant();
    canaries.watch(`api key at ${provider}`, tenant.key);
    canaries.watch(`api key's secret at ${provider}`, secretPartOf(tenant.key));
    const account = await tenant.connect(provider);
    for (const [name, value] of Object.entries(account.connection.credentials)) {
      canaries.watch(`credential ${provider}.${name}`, value);
    }
    await tenant.route(provider);
    const path = `/tenants/${tenant.id}/connections/${provider}?environment=test`;
    const { webhookUrl } = required(await harness.admin('GET', path), 200);
    const hook = typeof webhookUrl === 'string' ? new URL(webhookUrl).pathname : null;
    // The first part of a token is the tenant's id, which is no secret.
    if (hook !== null) canaries.watch(`webhook token at ${provider}`, hook.slice(-32));
    return new PlantedTenant(harness, canaries, provider, tenant, account, hook);
  }

  /** A body with a canary in every member; `what` is in the labels. */
  request(what: string): { readonly subject: Person } & Record<string, unknown> {
    const label = (member: string): string => `${member} (${what}, ${this.provider})`;
    return {
      subject: {
        email: this.canaries.email(label('subject.email')),
        phone: this.canaries.phone(label('subject.phone')),
        firstName: `Zoë "${this.canaries.text(label('subject.firstName'))}`,
        lastName: `O’${this.canaries.text(label('subject.lastName'))}\\&`,
        dateOfBirth: this.#dateOfBirth(label('subject.dateOfBirth')),
        address: {
          street: `${this.canaries.text(label('subject.street'))} 1`,
          city: this.canaries.text(label('subject.city')),
          region: this.canaries.text(label('subject.region')),
          postalCode: this.canaries.text(label('subject.postalCode')).slice(0, 20),
          country: 'AE',
        },
      } as Person,
      reference: this.canaries.text(label('reference')),
      metadata: { [this.canaries.text(label('metadata name'))]: this.canaries.text(label('metadata value')) },
      redirectUrl: `https://app.northwind.test/done?token=${this.canaries.text(label('redirectUrl'))}`,
      reviewRedirectUrl: `https://app.northwind.test/review?token=${this.canaries.text(label('redirectUrl of review'))}`,
      message: `${this.canaries.text(label('message'))} {{link}}`,
    };
  }

  /** Also as Dentity has it. */
  #dateOfBirth(label: string): string {
    this.canaries.watch(label, '07/19/1931');
    return this.canaries.watch(label, '1931-07-19');
  }

  create(body: Record<string, unknown>, headers: Record<string, string> = {}): Promise<Answer> {
    return this.tenant.call('POST', '/verifications', body, headers);
  }

  /** Watches the tokens of `/return/…` that are in a link, and gives them back. */
  watchReturnTokens(created: Record<string, unknown>): readonly string[] {
    const { url = '' } = created['action'] as { url?: string };
    const tokens = [...decodeURIComponent(decodeURIComponent(url)).matchAll(/\/return\/([\w-]{40,})/g)].map(
      ([, token]) => token ?? '',
    );
    // Names the tenant and the verification first; the end is what cannot be guessed.
    for (const token of tokens) this.canaries.watch(`return token at ${this.provider}`, token.slice(-20));
    return tokens;
  }

  /** Plans how the vendor fails from now on. Its error says everything that it was told, as vendors do. */
  async fail(status: number, form: 'json' | 'html', body: { readonly subject: Person }): Promise<void> {
    const person = body.subject;
    await this.account.control('DELETE', '/faults');
    const told = {
      message: `Could not serve ${person.email} ${person.phone}: ${this.canaries.text(`vendor message (${status}, ${this.provider})`)}`,
      errors: [
        { message: this.canaries.text(`vendor errors[] (${status}, ${this.provider})`), path: person.email },
      ],
      request: { ...body, ...person, ...this.account.connection.credentials },
    };
    const page = `<!doctype html><title>${this.canaries.text(`vendor page (${status}, ${this.provider})`)}</title><pre>${JSON.stringify(told)}</pre>`;
    const fault = {
      on: 'request',
      kind: 'status',
      status,
      times: 20,
      body: form === 'json' ? JSON.stringify(told) : page,
    };
    await this.account.control('POST', '/faults', fault);
  }

  async recover(): Promise<void> {
    await this.account.control('DELETE', '/faults');
  }

  /** Everything of an identity that names a person or a document; not what is said of many (`passport`, `AE`). */
  watchIdentity(identity: Record<string, unknown>, already: Person): void {
    const { person, documents } = identity as {
      person: Record<string, unknown>;
      documents: Record<string, unknown>[];
    };
    const told = [
      ...['fullName', 'lastName', 'dateOfBirth'].map((name) => [`person.${name}`, person[name]] as const),
      ...documents.flatMap((document) => [['documents.number', document['number']] as const]),
    ];
    for (const [name, value] of told) {
      if (typeof value === 'string' && value.length >= 6 && value !== already.email)
        this.canaries.watch(`identity ${name} at ${this.provider}`, value);
    }
  }

  async anotherKey(name: string): Promise<{ id: string; key: string }> {
    const body = { name, environment: 'test', scopes: ['verifications:read'] };
    const created = required(
      await this.harness.admin('POST', `/tenants/${this.tenant.id}/api-keys`, body),
      201,
    );
    const key = text(created, 'key');
    this.canaries.watch(`api key's secret, another at ${this.provider}`, secretPartOf(key));
    return { id: text(created, 'id'), key };
  }
}

/** After the prefix and the tenant's id. */
function secretPartOf(key: string): string {
  return key.slice(-38);
}
