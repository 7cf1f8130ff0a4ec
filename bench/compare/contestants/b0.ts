import { serve } from './bare/server.js';
import { oneAtATime } from './bare/writer.js';

/** B0: `node:http`, `pg` and undici, one statement at a time. */
await serve(oneAtATime);
