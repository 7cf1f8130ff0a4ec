import { setTimeout as delay } from 'node:timers/promises';

import { type Answer, type GatewayClient, type GatewayTenant } from '../support/gateway-client.js';
import { PROVIDER_NAMES } from '../support/vendor-accounts.js';
import { type Dice } from './dice.js';
import { nullIfHungUp } from './hung-up.js';

/** An admin who sends new verifications to another provider every few seconds. */
export interface Switching {
  readonly switches: number;
  stop(): Promise<void>;
}

/** To one of the three in the main, a part of the people to each of the others, and to anybody where one fails. */
export function route(client: GatewayClient, tenant: GatewayTenant, dice: Dice): Promise<Answer> {
  const provider = dice.pick(PROVIDER_NAMES);
  const others = PROVIDER_NAMES.filter((other) => other !== provider);
  // A quarter of the people to the one, and of the others as many to the other: the share is of all, and the first rule wins.
  const rules = others.map((other, index) => ({ when: { percent: 25 * (index + 1) }, provider: other }));
  const policy = { provider, rules, fallback: others };
  return client.admin('PUT', `/tenants/${tenant.id}/routing?environment=test`, policy);
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
      // Hung up on by a killed gateway: the next time, then.
      const answer = await route(client, tenant, dice).catch(nullIfHungUp);
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
