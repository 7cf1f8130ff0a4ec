import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from '@jest/globals';

import { GATEWAY_ARGUMENTS, GATEWAY_ENVIRONMENT } from './support/gateway-process.js';

it('starts the gateway in the image just as `npm run gateway` does, which is what the tests measure', () => {
  const dockerfile = readFileSync(join(import.meta.dirname, '..', 'Dockerfile'), 'utf8');
  const command = JSON.parse(/^CMD (.*)$/m.exec(dockerfile)?.[1] ?? 'null') as unknown;
  expect(command).toEqual(['node', ...GATEWAY_ARGUMENTS]);
  const variables = /^ENV (.*)$/m.exec(dockerfile)?.[1]?.split(' ');
  expect(variables).toEqual(
    expect.arrayContaining(Object.entries(GATEWAY_ENVIRONMENT).map(([name, value]) => `${name}=${value}`)),
  );
});
