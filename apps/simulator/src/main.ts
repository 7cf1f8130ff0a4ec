import { simulatorConfig } from '@gatehouse/platform';

import { demoStartingAccounts } from './demo-accounts.js';
import { failureText, property } from './kit/failure.js';
import { createSimulator } from './simulator.js';

async function start(): Promise<void> {
  const { host, port, publicUrl } = simulatorConfig();
  const { app } = createSimulator({
    accounts: demoStartingAccounts,
    ...(publicUrl !== null && { publicUrl }),
  });
  const stop = (): void => {
    void app.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const address = await app.listen({ host, port }).catch((error: unknown) => {
    if (property(error, 'code') !== 'EADDRINUSE') throw error;
    throw new Error(`port ${port} on ${host} is already in use`, { cause: error });
  });
  process.stdout.write(`simulator ready at ${address}\n`);
}

try {
  await start();
} catch (error) {
  process.stderr.write(`simulator cannot start: ${failureText(error)}\n`);
  process.exit(1);
}
