import { type Arena } from './arena.js';
import { startGateway } from './gateway.js';
import { FOREIGN_CPU, watchNeighbours } from './process/neighbours.js';

/** How long the gateway takes until it answers, on a database that is set up. */
export interface Starts {
  /** From the start of the process to the first 200 of /health/ready; all starts. */
  readonly readyAfterS: readonly number[];
  readonly isNoisy: boolean;
}

/** One start after another. */
export async function measureStarts(arena: Arena): Promise<Starts> {
  const databaseUrl = await arena.databases.copy('starts', { isOpen: false });
  const readyAfterS: number[] = [];
  await arena.databases.rest();
  const neighbours = watchNeighbours();
  for (let start = 0; start < arena.options.plan.coldStarts; start += 1) {
    const { process, readyAfterMs } = await startGateway(arena.layout, databaseUrl, arena.options);
    readyAfterS.push(readyAfterMs / 1000);
    arena.say(`ready after ${(readyAfterMs / 1000).toFixed(2)} s`);
    await process.stop();
  }
  return { readyAfterS, isNoisy: neighbours() > FOREIGN_CPU };
}
