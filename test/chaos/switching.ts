import { setTimeout as delay } from 'node:timers/promises';

import { type GatewayClient, type GatewayTenant } from '../support/gateway-client.js';
import { PROVIDER_NAMES } from '../support/vendor-accounts.js';
import { type Dice } from './dice.js';

/** An admin who sends new verifications to another provider every few seconds. */
export interface Switching {
  readonly switches: number;
  stop(): Promise<void>;
}

export function beginSwitching(client: GatewayClient, tenant: GatewayTenant, dice: Dice): Switching {
  const stopping = new AbortController();
  let switches = 0;
  const work = (async () => {
    for (;;) {
      const isOver = await delay(dice.between(500, 2_500), false, { signal: stopping.signal }).catch(
        () => true,
      );
      if (isOver) return;
      const provider = dice.pick(PROVIDER_NAMES);
      const fallback = PROVIDER_NAMES.filter((other) => other !== provider);
      const path = `/tenants/${tenant.id}/routing?environment=test`;
      // Hung up on by a killed gateway: the next time, then.
      const answer = await client.admin('PUT', path, { provider, fallback }).catch(() => null);
      if (answer?.status === 200) switches += 1;
      else if (answer !== null) throw new Error(`a switch was answered ${answer.status}: ${answer.text}`);
    }
  })();
  return {
    get switches() {
      return switches;
    },
    async stop() {
      stopping.abort();
      await work;
    },
  };
}
