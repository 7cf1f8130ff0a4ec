import { join } from 'node:path';

import { buildPackage } from './package-builder.js';

/* `npm run sdk:build`: makes what `npm publish dist/packages/sdk` publishes. npm runs it at the repository's root. */
const root = process.cwd();
buildPackage(root, join(root, 'dist', 'packages', 'sdk'));
