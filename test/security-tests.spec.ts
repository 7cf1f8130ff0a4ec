import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..');
const named = [
  ...readFileSync(join(ROOT, 'docs', 'SECURITY-TESTS.md'), 'utf8').matchAll(/`([\w./-]+\.spec\.ts)`/gu),
].map(([, path = '']) => path);

it('every test that docs/SECURITY-TESTS.md names exists', () => {
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

it('every test of abuse is in docs/SECURITY-TESTS.md', () => {
  const tests = readdirSync(join(ROOT, 'test', 'abuse')).map((name) => `test/abuse/${name}`);
  expect(tests.filter((path) => !named.includes(path))).toEqual([]);
});
