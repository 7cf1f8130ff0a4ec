import {
  type Capability,
  type Check,
  Problem,
  type Provider,
  type ProviderRegistry,
  type Subject,
  type DocumentType,
} from '@gatehouse/contract';

/** A provider of which one more thing is known to be there. */
export type Capable<K extends Capability> = Provider & Required<Pick<Provider, K>>;

/** What a new verification asks of its provider. */
export interface Demands {
  readonly subject: Subject;
  readonly checks: readonly Check[];
  readonly documentTypes: readonly DocumentType[];
}

/** Says what a provider cannot do, and who could. */
export class Capabilities {
  constructor(private readonly providers: ProviderRegistry) {}

  /** The provider, if it can. Throws Problem `capability_unsupported`. `what`: the end of "… cannot …". */
  require<K extends Capability>(provider: Provider, capability: K, what: string): Capable<K> {
    if (can(provider, capability)) return provider;
    throw this.#unsupported(provider, `cannot ${what}`, (other) => can(other, capability));
  }

  /** What of it a provider does not support, in words; nothing of a provider that there is not. */
  missing(
    provider: Provider | undefined,
    demands: Pick<Demands, 'checks' | 'documentTypes'>,
  ): readonly string[] {
    if (provider === undefined) return [];
    const { supports } = provider;
    return [
      ...demands.checks
        .filter((check) => !supports.checks.includes(check))
        .map((check) => `checks: ${check}`),
      ...demands.documentTypes
        .filter((type) => !supports.documentTypes.includes(type))
        .map((type) => `documentTypes: ${type}`),
    ];
  }

  /** Why the provider cannot serve the request, before anything is recorded; null: it can. */
  refusalOf(provider: Provider, demands: Demands): Problem | null {
    const missing = this.missing(provider, demands);
    if (missing.length > 0) {
      return this.#unsupported(
        provider,
        `does not support ${missing.join(', ')}`,
        (other) => this.missing(other, demands).length === 0,
      );
    }
    const { contacts } = provider.supports;
    if (contacts.some((contact) => demands.subject[contact] !== null)) return null;
    return new Problem('validation_failed', 'The provider needs a way to reach or find the person.', {
      provider: provider.name,
      errors: contacts.map((contact) => ({
        pointer: `/subject/${contact}`,
        detail: contacts.length > 1 ? 'one of these contacts is required' : 'is required by the provider',
      })),
    });
  }

  /** `what`: the rest of the sentence that begins with the provider's title. */
  #unsupported(provider: Provider, what: string, could: (other: Provider) => boolean): Problem {
    const supportedBy = this.providers
      .all()
      // By name: a connection's provider is another object, wrapped for its calls.
      .filter((other) => other.name !== provider.name && could(other))
      .map((other) => other.name);
    const others = supportedBy.length === 0 ? 'No provider does.' : `Who does: ${supportedBy.join(', ')}.`;
    return new Problem('capability_unsupported', `${provider.title} ${what}. ${others}`, {
      provider: provider.name,
      extensions: { supportedBy },
    });
  }
}

export function can<K extends Capability>(provider: Provider, capability: K): provider is Capable<K> {
  return provider[capability] !== undefined;
}
