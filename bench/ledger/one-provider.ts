import {
  type Checked,
  type Handle,
  type Provider,
  ProviderRegistry,
  type Reading,
  type Remapped,
  type Started,
} from '@gatehouse/contract';

const ANYTHING: Checked<Record<string, unknown>> = {
  parse: (value) => Object(value) as Record<string, unknown>,
  jsonSchema: { type: 'object' },
};

/** A vendor that answers at once and without a network, so that what is measured is ours. */
const PROVIDER: Provider = {
  name: 'one',
  title: 'One',
  credentials: ANYTHING,
  settings: ANYTHING,
  endpoints: () => [],
  handle: ANYTHING as Checked<Handle>,
  supports: {
    checks: ['document', 'liveness'],
    documentTypes: [],
    contacts: ['email'],
    redirect: true,
    message: false,
    reuse: false,
  },
  whenGone: 'error',
  identifies: 'session',
  mappingVersion: 1,
  start: (_, { verificationId }): Promise<Started> =>
    Promise.resolve({
      action: { type: 'redirect', url: `https://one.example/${verificationId}`, expiresAt: null },
      reference: verificationId,
      handle: { id: verificationId },
      rawStatus: 'created',
      delivery: null,
      warnings: [],
      isSharingRefused: false,
    }),
  read: (): Promise<Reading> => Promise.reject(new Error('nobody reads')),
  remap: (): Remapped => {
    throw new Error('nobody reads');
  },
};

export class OneProvider extends ProviderRegistry {
  override get(name: string): Provider | undefined {
    return name === PROVIDER.name ? PROVIDER : undefined;
  }

  override all(): readonly Provider[] {
    return [PROVIDER];
  }
}
