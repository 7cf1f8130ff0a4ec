import 'reflect-metadata';

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { findProjectRoot, runProgram } from '@gatehouse/platform';

import { documentText, undeployedDocument } from './undeployed-document.js';

/** `npm run openapi`: writes the OpenAPI document to where clients are made from it. */
await runProgram(async () => {
  const file = join(findProjectRoot(), 'libs', 'sdk', 'openapi.json');
  await writeFile(file, documentText(await undeployedDocument()));
});
