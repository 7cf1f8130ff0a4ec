import 'reflect-metadata';

import { gatewayConfig, Log, runProgram } from '@gatehouse/platform';

import { runGateway } from './run-gateway.js';
import { stopOnSignal } from './stop-on-signal.js';

/** `npm run gateway`: the gateway alone, from the environment. */
async function main(): Promise<void> {
  const config = gatewayConfig();
  const log = new Log({ level: config.logLevel });
  const starting = runGateway(config, log);
  // A signal during the start waits for it, so that what it opens is closed.
  stopOnSignal(log, async () => {
    await (await starting).stop();
  });
  const { gateway } = await starting;
  if (gateway.newAdminKey !== null) {
    process.stdout.write(`Admin key, shown this once: ${gateway.newAdminKey}\n`);
  }
  process.stdout.write(`Gatehouse is ready: ${gateway.publicUrl} (role ${config.role})\n`);
}

await runProgram(main);
