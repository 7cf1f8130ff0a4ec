import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { INNOCENT, PLANTED } from './support/architecture/planted.js';
import { RULE_NAMES, type RuleName, RULES } from './support/architecture/rules.js';
import { readSources, type Source } from './support/architecture/sources.js';

const repository = readSources(join(import.meta.dirname, '..'));

/** What a rule has against a set of files, one line each: where, which rule, why. */
function complaints(rule: RuleName, sources: readonly Source[]): readonly string[] {
  return RULES[rule](sources).map(({ file, line, why }) => `${file}:${line} [${rule}] ${why}`);
}

/** The repository with some files more, or others in the place of its own. */
function repositoryWith(files: readonly Source[]): readonly Source[] {
  const paths = new Set(files.map(({ path }) => path));
  return [...repository.filter(({ path }) => !paths.has(path)), ...files];
}

describe('the architecture', () => {
  it('is read from all apps and libs', () => {
    const folders = new Set(repository.map(({ path }) => path.split('/').slice(0, 2).join('/')));
    const expected = [
      'libs/contract',
      'libs/core',
      'libs/platform',
      'libs/providers',
      'apps/gateway',
      'apps/simulator',
      'apps/cli',
    ];
    expect([...folders]).toEqual(expect.arrayContaining(expected));
  });

  it.each(RULE_NAMES)('keeps to the rule: %s', (rule) => {
    expect(complaints(rule, repository)).toEqual([]);
  });

  it.each(RULE_NAMES)('has a planted violation of the rule: %s', (rule) => {
    expect(PLANTED.map((plant) => plant.rule)).toContain(rule);
  });

  it.each(PLANTED)('would catch a break of "$rule": $what', ({ rule, files, at }) => {
    const known = complaints(rule, repository);
    const found = complaints(rule, repositoryWith(files)).filter((complaint) => !known.includes(complaint));
    expect(found).toEqual([expect.stringContaining(`${at} [${rule}] `)]);
  });

  it.each(INNOCENT)('lets pass, under "$rule": $what', ({ rule, files }) => {
    const paths = files.map(({ path }) => path);
    const found = complaints(rule, repositoryWith(files)).filter((complaint) =>
      paths.some((path) => complaint.startsWith(`${path}:`)),
    );
    expect(found).toEqual([]);
  });
});
