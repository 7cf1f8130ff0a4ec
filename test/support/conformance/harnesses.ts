import { dentityHarness } from './dentity.harness.js';
import { type ProviderHarness } from './harness.js';
import { sardineHarness } from './sardine.harness.js';
import { sentinelHarness } from './sentinel.harness.js';

/** One line for each provider that the suite is run for. */
export const HARNESSES: readonly ProviderHarness[] = [sentinelHarness, sardineHarness, dentityHarness];
