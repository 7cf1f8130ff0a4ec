import { type Provider, ProviderRegistry } from '@gatehouse/contract';

/** The providers that this build knows, by name. */
export class ProviderList extends ProviderRegistry {
  readonly #byName: ReadonlyMap<string, Provider>;

  /** Throws Error when two have the same name. */
  constructor(providers: readonly Provider[]) {
    super();
    this.#byName = new Map(providers.map((provider) => [provider.name, provider]));
    if (this.#byName.size !== providers.length) throw new Error('Two providers have the same name');
  }

  override get(name: string): Provider | undefined {
    return this.#byName.get(name);
  }

  override all(): readonly Provider[] {
    return [...this.#byName.values()];
  }
}
