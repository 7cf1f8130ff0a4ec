import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

/**
 * The program as it is bundled into `dist/gateway`: with the code that V8 compiled there when it was built, a start is spared
 * compiling it. A folder that cannot be written, or of another version of Node, is no error.
 */
enableCompileCache(join(import.meta.dirname, 'compiled'));
await import('./main.js');
