import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

/** A source file as the rules see it: its path from the repository's root, and its text. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** What a rule has against one line. */
export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly why: string;
}

/** A pure function over a set of files. */
export type Rule = (sources: readonly Source[]) => readonly Violation[];

const FOLDERS = ['apps', 'libs', 'test'];
/** Written by tools, or not ours. */
const NOT_OURS = new Set(['node_modules', 'dist', 'generated', '.data']);

/** All TypeScript of the repository that is written by hand. */
export function readSources(root: string): readonly Source[] {
  return FOLDERS.flatMap((folder) => walk(root, folder)).map((path) => ({
    path,
    text: readFileSync(join(root, path), 'utf8'),
  }));
}

function walk(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return [];
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return walk(root, path);
    return /\.[cm]?tsx?$/u.test(entry.name) ? [path] : [];
  });
}

const parsed = new WeakMap<Source, ts.SourceFile>();

/** The syntax tree of a file; each is parsed once. */
export function treeOf(source: Source): ts.SourceFile {
  const known = parsed.get(source);
  if (known !== undefined) return known;
  const kind = source.path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const tree = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.Latest, true, kind);
  parsed.set(source, tree);
  return tree;
}

/** Every node of a file for which `find` has something to say. */
export function violationsIn(source: Source, find: (node: ts.Node) => string | null): readonly Violation[] {
  const tree = treeOf(source);
  const violations: Violation[] = [];
  const visit = (node: ts.Node): void => {
    const why = find(node);
    if (why !== null) violations.push({ file: source.path, line: lineOf(node, tree), why });
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return violations;
}

export function lineOf(node: ts.Node, tree: ts.SourceFile): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

export function isSpec(path: string): boolean {
  return /\.spec\.tsx?$/u.test(path);
}

/** Spec files and what only they use. */
export function isTestCode(path: string): boolean {
  return isSpec(path) || /^test\/|^libs\/[^/]+\/test\/|^apps\/[^/]+\/(?:test|src\/testing)\//u.test(path);
}
