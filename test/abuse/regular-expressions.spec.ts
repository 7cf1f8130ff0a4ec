import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it, jest } from '@jest/globals';
import regexp from 'eslint-plugin-regexp';
import { Linter } from 'eslint';
import ts from 'typescript';

import { versionsOfIfMatch } from '../../apps/gateway/src/http/if-match.js';
import { parseSignatureLines } from '../../libs/core/src/ledger/tree/signed-note.js';
import { isTestCode, readSources, treeOf } from '../support/architecture/sources.js';
import { type Expression, stuckAt } from '../support/stuck-expression.js';

const ROOT = join(import.meta.dirname, '..', '..');
const LENGTH = 100_000;
/**
 * For all texts, on a machine that is busy with other things: an expression whose time is in proportion takes a fiftieth of a second
 * for them. One that looks at a run once for each of its characters takes longer, and one that tries all ways to divide it never ends.
 */
const DEADLINE_MS = 15_000;

/** Runs of what expressions like to repeat, each with an end that fits nothing. */
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

/** Those that are put together when the program runs, as they are then: whatever these readers look at their texts with. */
function built(): readonly Expression[] {
  const looking = jest.spyOn(RegExp.prototype, 'exec');
  try {
    versionsOfIfMatch('"1", W/"2"');
    parseSignatureLines('\u2014 name AAAAAAAA\n');
    const used = looking.mock.contexts as readonly RegExp[];
    return used.map((pattern) => ({ where: `built: ${pattern.toString()}`, pattern }));
  } finally {
    looking.mockRestore();
  }
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

  it('stand 100,000 characters of every hostile kind', async () => {
    expect(built().map(({ where }) => where)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('(?:W\\/)?'),
        expect.stringContaining('[A-Za-z0-9+/]+={0,2}'),
      ]),
    );
    const all = [...literals(), ...patterns(), ...built()];
    expect(all.length).toBeGreaterThan(150);
    expect(await stuckAt(all, HOSTILE, DEADLINE_MS)).toBeNull();
  });

  it('would be ended, and named, if one did not', async () => {
    const slow = { where: 'in all ways', pattern: /^(?:a+)+$/u };
    const all = [{ where: 'once', pattern: /a/u }, slow, { where: 'never tried', pattern: /b/u }];
    expect(await stuckAt(all, HOSTILE, 1_000)).toBe('in all ways');
  });
});
