import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..', '..');
const guide = readFileSync(join(ROOT, 'docs', 'ADDING-A-PROVIDER.md'), 'utf8');
const paths = [...guide.matchAll(/`((?:apps|docs|libs|test)\/[^`\s]*)`/gu)].map(([, path = '']) => path);

describe('docs/ADDING-A-PROVIDER.md', () => {
  it('is one page', () => {
    expect(guide.split('\n').length).toBeLessThanOrEqual(70);
  });

  it('names only what there is', () => {
    expect(paths.length).toBeGreaterThan(10);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('leads to every part of the toy that is its example', () => {
    const parts = readdirSync(join(ROOT, 'test', 'support', 'toy'));
    // The twin's own insides need no explanation to whoever writes an adapter.
    const inner = ['toy.account.ts', 'toy.routes.ts'];
    const named = parts.filter((part) => paths.includes(`test/support/toy/${part}`));
    expect([...named, ...inner].toSorted()).toEqual(parts.toSorted());
  });

  it('names scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Readonly<Record<string, string>>;
    };
    const named = [...guide.matchAll(/npm run ([\w:]+)/gu)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});
