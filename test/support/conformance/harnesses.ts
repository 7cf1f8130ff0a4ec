import { type ProviderClass } from '@gatehouse/providers';

import { type TwinClass } from '../../../apps/simulator/src/simulator.js';
import { toyHarness } from '../toy/toy.harness.js';
import { ToyProvider } from '../toy/toy.provider.js';
import { ToyTwin } from '../toy/toy.twin.js';
import { dentityHarness } from './dentity.harness.js';
import { type ProviderHarness } from './harness.js';
import { sardineHarness } from './sardine.harness.js';
import { sentinelHarness } from './sentinel.harness.js';

/** One line for each registered provider. */
export const HARNESSES: readonly ProviderHarness[] = [sentinelHarness, sardineHarness, dentityHarness];

export interface Newcomer {
  readonly adapter: ProviderClass;
  readonly twin: TwinClass;
  readonly harness: ProviderHarness;
}

/** One line for each provider that only the tests know. */
export const NEWCOMERS: readonly Newcomer[] = [{ adapter: ToyProvider, twin: ToyTwin, harness: toyHarness }];
