import 'reflect-metadata';

import { type DemoConfig, demoConfig, gatewayConfig, Log, runProgram, StartError } from '@gatehouse/platform';

import { type Gateway } from '../../gateway/src/gateway.js';
import { requireFreePort } from '../../gateway/src/free-port.js';
import { runGateway } from '../../gateway/src/run-gateway.js';
import { stopOnSignal } from '../../gateway/src/stop-on-signal.js';
import { demoStartingAccounts } from '../../simulator/src/demo-accounts.js';
import { createSimulator } from '../../simulator/src/simulator.js';
import { AdminClient } from './admin-client.js';
import { type DemoState, loadDemoState, saveDemoState } from './demo-state.js';
import { prepareTenant } from './demo-tenant.js';
import { greeting, type GreetingFacts } from './greeting.js';

/** `npm start`: gateway, database and twins in one process, a tenant connected to all three, and the first commands to try. */
async function main(): Promise<void> {
  const demo = demoConfig();
  const state = await loadDemoState(demo.dataDir);
  // The twins are on this machine, so calls to it are allowed; a deployment keeps them refused.
  const config = { ...gatewayConfig(), adminApiKey: state.adminKey, allowPrivateNetworks: true };
  const log = new Log({ level: 'warn' });
  const simulatorPort = await requireFreePort(demo.host, demo.simulatorPort, 'SIMULATOR_PORT');

  process.stdout.write('Starting PostgreSQL, the gateway and the twins …\n');
  const running = await runGateway(config, log);
  const publicUrl = `http://localhost:${simulatorPort}`;
  const { app: simulator } = createSimulator({ accounts: demoStartingAccounts, publicUrl });
  const stop = async (): Promise<void> => {
    await running.stop();
    await simulator.close();
  };
  stopOnSignal(log, stop);
  try {
    await simulator.listen({ host: demo.host, port: simulatorPort });
    process.stdout.write(
      greeting(
        await prepare(demo, state, running.gateway, {
          origin: `http://${demo.host}:${simulatorPort}`,
          publicUrl,
        }),
      ),
    );
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Connects the demo tenant to the twins, and gathers what there is to say about it. */
async function prepare(
  demo: DemoConfig,
  state: DemoState,
  gateway: Gateway,
  simulator: { readonly origin: string; readonly publicUrl: string },
): Promise<GreetingFacts> {
  const admin = new AdminClient(`http://${demo.host}:${gateway.port}`, state.adminKey);
  const prepared = await prepareTenant(admin, state, simulator);
  await saveDemoState(demo.dataDir, prepared);
  const { tenantId, tenantKey } = prepared;
  const routing = await admin.require('GET', `/admin/v1/tenants/${tenantId}/routing?environment=test`);
  return {
    gateway: gateway.publicUrl,
    simulator: simulator.publicUrl,
    tenantId,
    tenantKey,
    adminKey: state.adminKey,
    provider: providerOf(routing),
  };
}

function providerOf(routing: Record<string, unknown>): string {
  const policy = routing['policy'] ?? routing;
  if (typeof policy === 'object' && 'provider' in policy && typeof policy.provider === 'string')
    return policy.provider;
  throw new StartError(['the demo could not be prepared: the routing policy has no provider']);
}

await runProgram(main);
