import { posix } from 'node:path';

import ts from 'typescript';

import { lineOf, type Source, treeOf } from './sources.js';

/** One import of a file, static or dynamic, of values or of types, or an `export … from`. */
export interface Import {
  readonly from: string;
  readonly line: number;
  readonly specifier: string;
  readonly target: Target;
}

/** Where an import leads. `part` is the app or lib: `libs/core`, `apps/gateway`, `test`. */
export type Target =
  | { readonly kind: 'file'; readonly path: string; readonly part: string }
  | { readonly kind: 'lib'; readonly part: string; readonly isRoot: boolean }
  | { readonly kind: 'package'; readonly name: string; readonly isBuiltin: boolean };

const ALIAS = '@gatehouse/';
const known = new WeakMap<Source, readonly Import[]>();

export function importsOf(source: Source): readonly Import[] {
  const found = known.get(source) ?? extract(source);
  known.set(source, found);
  return found;
}

/** The app or lib that a path lies in. */
export function partOf(path: string): string {
  const [folder = '', name] = path.split('/');
  return (folder === 'apps' || folder === 'libs') && name !== undefined ? `${folder}/${name}` : folder;
}

function extract(source: Source): readonly Import[] {
  const tree = treeOf(source);
  const imports: Import[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== null)
      imports.push({
        from: source.path,
        line: lineOf(node, tree),
        specifier,
        target: targetOf(source.path, specifier),
      });
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return imports;
}

function specifierOf(node: ts.Node): string | null {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return literal(node.moduleSpecifier);
  if (ts.isExternalModuleReference(node)) return literal(node.expression);
  if (ts.isImportTypeNode(node))
    return ts.isLiteralTypeNode(node.argument) ? literal(node.argument.literal) : null;
  if (!ts.isCallExpression(node)) return null;
  const isImport =
    node.expression.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(node.expression) && node.expression.text === 'require');
  return isImport ? literal(node.arguments[0]) : null;
}

function literal(node: ts.Node | undefined): string | null {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : null;
}

function targetOf(from: string, specifier: string): Target {
  if (specifier.startsWith('.')) {
    const path = posix.join(posix.dirname(from), specifier).replace(/\.js(x?)$/u, '.ts$1');
    return { kind: 'file', path, part: partOf(path) };
  }
  if (specifier.startsWith(ALIAS)) {
    const [lib = '', ...deeper] = specifier.slice(ALIAS.length).split('/');
    return { kind: 'lib', part: `libs/${lib}`, isRoot: deeper.length === 0 };
  }
  const [scope = '', name = ''] = specifier.split('/');
  return {
    kind: 'package',
    name: scope.startsWith('@') ? `${scope}/${name}` : scope,
    isBuiltin: specifier.startsWith('node:'),
  };
}
