import { serve } from './bare/server.js';
import { inBatches } from './bare/writer.js';

/** B1: as B0, with statements that write for all who wait. */
await serve(inBatches);
