import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

import { isSpec, isTestCode, type Rule, type Source, violationsIn } from './sources.js';

const CONFIG = 'libs/platform/src/config.ts';
/** A client has an environment of its own, of which the gateway knows nothing. */
const CLIENT_CONFIG = 'apps/cli/src/configuration.ts';
const PROVIDERS = join(import.meta.dirname, '..', '..', '..', 'libs', 'providers', 'src');
/** A provider is its folder. */
const PROVIDER_NAMES = new Set(
  readdirSync(PROVIDERS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'kit')
    .map(({ name }) => name),
);
/** Where no provider may be named: everything that must not change when one is added. */
const NEUTRAL = /^(?:libs\/(?:contract|core|platform|sdk)|apps\/(?:gateway|cli))\//u;
/** Members of an OpenAPI decorator or schema in which a name is an example of a value. */
const EXAMPLES = new Set(['example', 'examples']);

/** The environment is read in one place, once, and checked there. */
export const environmentRule: Rule = (sources) =>
  over(
    sources,
    ({ path }) => path !== CONFIG && path !== CLIENT_CONFIG && !isTestCode(path),
    (node) => (readsEnvironment(node) ? `process.env is read only in ${CONFIG}` : null),
  );

/** The core asks the contract what a provider can do, never who it is. */
export const providerNamesRule: Rule = (sources) =>
  over(
    sources,
    ({ path }) => NEUTRAL.test(path) && !isTestCode(path),
    (node) => {
      const name = wordsOf(node).find((word) => PROVIDER_NAMES.has(word));
      return name === undefined || isExample(node)
        ? null
        : `names the provider '${name}'; ask the contract what a provider can do (an OpenAPI example may name one)`;
    },
  );

export const anyRule: Rule = (sources) =>
  over(sources, everywhere, (node) =>
    node.kind === ts.SyntaxKind.AnyKeyword ? '`any` switches the type checker off; use `unknown`' : null,
  );

/** `x!` in an expression. A declared member (`id!: string` of a DTO) asserts nothing about a value. */
export const nonNullRule: Rule = (sources) =>
  over(sources, everywhere, (node) =>
    ts.isNonNullExpression(node) ? '`!` claims what was not checked; check it' : null,
  );

export const consoleRule: Rule = (sources) =>
  over(sources, everywhere, (node) =>
    isReference(node, 'console') ? 'the console knows no allow-list of fields; use Log' : null,
  );

/** A sleep is too short on a slow machine and too long on all others. */
export const sleepsRule: Rule = (sources) =>
  over(
    sources,
    ({ path }) => isSpec(path),
    (node) =>
      isReference(node, 'setTimeout') || importsTimers(node)
        ? 'waits for time to pass; wait for what is expected with test/support/eventually.ts'
        : null,
  );

const SECRET = /(?:[sS]ecret|[sS]ignature|[hH]mac|[dD]igest|[pP]assword|[aA]piKey|[a-z]Token)$/u;

/** `===` ends at the first character that differs, and so tells how many were right. Whether there is one at all is no secret. */
export const constantTimeRule: Rule = (sources) =>
  over(
    sources,
    ({ path }) => /^(?:libs|apps\/gateway)\//u.test(path) && !isTestCode(path),
    (node) =>
      ts.isBinaryExpression(node) && isEquality(node.operatorToken.kind) && comparesSecret(node)
        ? 'compares a secret character by character; use constantTimeEqual'
        : null,
  );

function isEquality(kind: ts.SyntaxKind): boolean {
  return (
    kind === ts.SyntaxKind.EqualsEqualsEqualsToken || kind === ts.SyntaxKind.ExclamationEqualsEqualsToken
  );
}

function comparesSecret({ left, right }: ts.BinaryExpression): boolean {
  const isFixed = (side: ts.Expression): boolean =>
    side.kind === ts.SyntaxKind.NullKeyword || isNamed(side, 'undefined') || ts.isLiteralExpression(side);
  const isSecret = (side: ts.Expression): boolean =>
    SECRET.test(
      ts.isPropertyAccessExpression(side) ? side.name.text : ts.isIdentifier(side) ? side.text : '',
    );
  return !isFixed(left) && !isFixed(right) && (isSecret(left) || isSecret(right));
}

function over(
  sources: readonly Source[],
  applies: (source: Source) => boolean,
  find: (node: ts.Node) => string | null,
): ReturnType<Rule> {
  return sources.filter(applies).flatMap((source) => violationsIn(source, find));
}

function everywhere(): boolean {
  return true;
}

/** `process.env`, `process['env']`, `const { env } = process`, `import { env } from 'node:process'`. */
function readsEnvironment(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node))
    return isNamed(node.expression, 'process') && node.name.text === 'env';
  if (ts.isElementAccessExpression(node))
    return (
      isNamed(node.expression, 'process') &&
      ts.isStringLiteralLike(node.argumentExpression) &&
      node.argumentExpression.text === 'env'
    );
  if (ts.isVariableDeclaration(node))
    return (
      node.initializer !== undefined &&
      isNamed(node.initializer, 'process') &&
      ts.isObjectBindingPattern(node.name) &&
      node.name.elements.some((element) => isNamed(element.propertyName ?? element.name, 'env'))
    );
  return (
    ts.isImportSpecifier(node) &&
    (node.propertyName ?? node.name).text === 'env' &&
    /^(?:node:)?process$/u.test(moduleOf(node.parent.parent.parent))
  );
}

/** The words of a text or of a name: `isSardineUser` has `sardine`, `identity` has no `dentity`. */
function wordsOf(node: ts.Node): readonly string[] {
  const isText =
    ts.isStringLiteralLike(node) ||
    ts.isTemplateHead(node) ||
    ts.isTemplateMiddle(node) ||
    ts.isTemplateTail(node) ||
    ts.isRegularExpressionLiteral(node) ||
    ts.isIdentifier(node) ||
    ts.isPrivateIdentifier(node);
  if (!isText) return [];
  return node.text
    .replace(/([a-z\d])([A-Z])/gu, '$1 $2')
    .split(/[^A-Za-z]+/u)
    .map((word) => word.toLowerCase());
}

function isExample(node: ts.Node): boolean {
  for (let at: ts.Node = node; !ts.isSourceFile(at); at = at.parent)
    if (isExampleMember(at, node) || isExampleConstant(at, node)) return true;
  return false;
}

function isExampleMember(at: ts.Node, node: ts.Node): boolean {
  return ts.isPropertyAssignment(at) && at.name !== node && EXAMPLES.has(at.name.getText());
}

/** `const CONNECTION_EXAMPLE = {…}` at the top of a file: the whole-body example of an operation. */
function isExampleConstant(at: ts.Node, node: ts.Node): boolean {
  const isConstant =
    ts.isVariableDeclaration(at) && at.name !== node && ts.isSourceFile(at.parent.parent.parent);
  return isConstant && /(?:^|_)EXAMPLES?$/u.test(at.name.getText());
}

/** The global itself; not a member that happens to have its name (`jest.setTimeout`). */
function isReference(node: ts.Node, name: string): boolean {
  if (!isNamed(node, name)) return false;
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  return !(ts.isPropertyAssignment(parent) && parent.name === node) && !ts.isImportSpecifier(parent);
}

function importsTimers(node: ts.Node): boolean {
  return ts.isImportDeclaration(node) && /^(?:node:)?timers\/promises$/u.test(moduleOf(node));
}

function moduleOf(node: ts.Node): string {
  return ts.isImportDeclaration(node) && ts.isStringLiteralLike(node.moduleSpecifier)
    ? node.moduleSpecifier.text
    : '';
}

function isNamed(node: ts.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name;
}
