import { type Provider } from '@gatehouse/contract';
import { EVERY_PROVIDER } from '@gatehouse/providers';
import { afterAll, describe } from '@jest/globals';

import { createSimulator, EVERY_TWIN } from '../../../apps/simulator/src/simulator.js';
import { type ProviderHarness } from './harness.js';
import { HARNESSES, NEWCOMERS } from './harnesses.js';
import { ProviderAtTwin } from './provider-at-twin.js';
import { type OpenRegistry, openRegistry } from './registry.js';
import { CAPABILITY_ROWS, type CapabilityRow, FAULT_ROWS, type FaultRow, isOffered } from './rows.js';
import { WebhookCatcher } from './webhook-catcher.js';

export interface Suite {
  readonly subjects: readonly Subject[];
  readonly registered: readonly string[];
}

/** One provider of the suite. Its behaviours are declared row by row, and docs/CONFORMANCE.md counts them by these rows. */
export class Subject {
  constructor(
    readonly provider: Provider,
    readonly harness: ProviderHarness,
    readonly open: () => Promise<ProviderAtTwin>,
  ) {}

  get name(): string {
    return this.harness.provider;
  }

  offers(row: CapabilityRow): boolean {
    return isOffered(this.harness.documented.capabilities[row]);
  }

  /** Behaviours of a provider that can do this, or of one that cannot; what is not documented has none. */
  readonly capability = (
    row: CapabilityRow,
    behaviours: { readonly offered?: () => void; readonly notOffered?: () => void },
  ): void => {
    const { state } = this.harness.documented.capabilities[row];
    const whenNotOffered = state === 'not_offered' ? behaviours.notOffered : undefined;
    const declare = this.offers(row) ? behaviours.offered : whenNotOffered;
    if (declare !== undefined) describe(CAPABILITY_ROWS[row], declare);
  };

  /** Behaviours of a provider that this can happen to. */
  readonly fault = (row: FaultRow, behaviours: () => void): void => {
    if (this.harness.documented.immune[row] === undefined) describe(FAULT_ROWS[row], behaviours);
  };
}

/** Declares behaviours for every provider there is, each with the twins, the adapters and a receiver of webhooks around it. */
export function describeProviders({ subjects }: Suite, declare: (subject: Subject) => void): void {
  describe.each(subjects.map((subject) => ({ name: subject.name, subject })))('$name', ({ subject }) => {
    declare(subject);
  });
}

/** To be awaited before anything is declared, because what is registered decides which tests there are. */
export async function openSuite(): Promise<Suite> {
  const { app } = createSimulator({ twins: [...EVERY_TWIN, ...NEWCOMERS.map(({ twin }) => twin)] });
  const simulator = await app.listen({ host: '127.0.0.1', port: 0 });
  const catcher = await WebhookCatcher.open();
  const open = await openRegistry([...EVERY_PROVIDER, ...NEWCOMERS.map(({ adapter }) => adapter)]);
  afterAll(async () => {
    await open.close();
    await app.close();
    await catcher.close();
  });
  return {
    registered: open.registry.all().map(({ name }) => name),
    subjects: [...HARNESSES, ...NEWCOMERS.map(({ harness }) => harness)].flatMap((harness) =>
      subjectOf(open, harness, { simulator, catcher }),
    ),
  };
}

function subjectOf(
  { registry }: OpenRegistry,
  harness: ProviderHarness,
  surroundings: { readonly simulator: string; readonly catcher: WebhookCatcher },
): Subject[] {
  const provider = registry.get(harness.provider);
  if (provider === undefined) return [];
  return [new Subject(provider, harness, () => ProviderAtTwin.open(provider, harness, surroundings))];
}
