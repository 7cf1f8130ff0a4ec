#!/usr/bin/env node
import { readConfiguration } from './configuration.js';
import { EXIT } from './exit-code.js';
import { run } from './run.js';

const interruption = new AbortController();
process.once('SIGINT', () => {
  interruption.abort();
});
// Whoever reads us may have seen enough: `gatehouse events tail | head -1`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
});

// Not process.exit: what is written to a pipe has to arrive.
process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  configuration: readConfiguration(),
  interruption: interruption.signal,
  now: () => new Date(),
});
