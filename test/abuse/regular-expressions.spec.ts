import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';
import regexp from 'eslint-plugin-regexp';
import { Linter } from 'eslint';
import ts from 'typescript';

import { isTestCode, readSources, treeOf } from '../support/architecture/sources.js';

const ROOT = join(import.meta.dirname, '..', '..');
const LENGTH = 50_000;

interface Expression {
  readonly where: string;
  readonly pattern: RegExp;
}

/**
 * Runs of what expressions like to repeat, each with an end that fits nothing. An expression that looks at one of them more than once
 * for each of its characters takes minutes for all of these.
 */
const HOSTILE = [
  'a',
  'A',
  '0',
  ' ',
  '\n',
  '\t',
  '.',
  '/',
  '=',
  '<',
  '-',
  '_',
  ',',
  '"',
  '\\',
  ':',
  '@',
  '%',
  '<a',
  'a.',
  'a/',
  'a-',
  'a@a.',
  '0.',
  '": "',
  ' ,',
  'key_0',
].map((unit) => `${unit.repeat(LENGTH / unit.length)}\u0001`);

/** Every literal of what is shipped, parsed and not searched for. */
function literals(): readonly Expression[] {
  return readSources(ROOT)
    .filter(({ path }) => !isTestCode(path))
    .flatMap((source) => {
      const tree = treeOf(source);
      const found: Expression[] = [];
      const visit = (node: ts.Node): void => {
        if (ts.isRegularExpressionLiteral(node)) {
          const end = node.text.lastIndexOf('/');
          const pattern = new RegExp(node.text.slice(1, end), node.text.slice(end + 1));
          found.push({ where: `${source.path}: ${node.text}`, pattern });
        }
        ts.forEachChild(node, visit);
      };
      visit(tree);
      return found;
    });
}

/** Every `pattern` of a JSON schema in the description of the API. */
function patterns(): readonly Expression[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, member] of Object.entries(value)) {
      if (name === 'pattern' && typeof member === 'string') found.add(member);
      visit(member);
    }
  };
  visit(JSON.parse(readFileSync(join(ROOT, 'libs', 'sdk', 'openapi.json'), 'utf8')));
  return [...found].map((text) => ({ where: `openapi.json: ${text}`, pattern: new RegExp(text, 'u') }));
}

/** What the linter, which reads our sources, has against expressions that stand in no source. */
function complaints(expressions: readonly RegExp[]): readonly string[] {
  const program = expressions.map((pattern) => `void ${pattern.toString()};`).join('\n');
  return new Linter()
    .verify(program, {
      plugins: { regexp },
      rules: {
        'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
        'regexp/no-super-linear-move': ['error', { report: 'potential' }],
      },
    })
    .map(({ line, message }) => `${expressions[line - 1]?.toString() ?? ''} ${message}`);
}

describe('the regular expressions', () => {
  it('of the API’s description take a time in proportion to the text', () => {
    const all = patterns();
    expect(all.length).toBeGreaterThan(15);
    expect(complaints(all.map(({ pattern }) => pattern))).toEqual([]);
  });

  it('would be found if they did not', () => {
    expect(complaints([/^(?:a+)+$/u])).toEqual([expect.stringContaining('(?:a+)+')]);
    expect(complaints([/\/+$/u])).toEqual([expect.stringContaining('quadratic')]);
  });

  it('stand 50,000 characters of every hostile kind, all of them together', () => {
    const all = [...literals(), ...patterns()];
    expect(all.length).toBeGreaterThan(150);
    for (const { pattern } of all) {
      // A search that remembers where it was would pass the rest by.
      const fresh = new RegExp(pattern.source, pattern.flags.replace(/[gy]/gu, ''));
      for (const text of HOSTILE) fresh.test(text);
    }
  });
});
