/** A word or a mark of SQL. Comments are left out, and of texts only that there was one. */
export interface Word {
  /** Names in lower case, a quoted name as it is without its quotes, `''` for a text. */
  readonly text: string;
  /** How many parentheses it stands in; a parenthesis itself stands outside of its pair. */
  readonly depth: number;
}

const WORD =
  /(?<comment>--[^\n]*|\/\*[\s\S]*?\*\/)|(?<literal>'(?:[^']|'')*'|\$(?<tag>[a-z_]\w*|)\$[\s\S]*?\$\k<tag>\$)|"(?<quoted>[^"]*)"|(?<name>[a-z_]\w*)|\$?\d+|::|[<>!]=|<>|\S/giu;

/** The statements of a script, each as its words. */
export function statementsOf(sql: string): readonly (readonly Word[])[] {
  const statements: Word[][] = [];
  let words: Word[] = [];
  let depth = 0;
  for (const { 0: whole, groups = {} } of sql.matchAll(WORD)) {
    if (groups['comment'] !== undefined) continue;
    if (whole === ';') {
      statements.push(words);
      words = [];
      continue;
    }
    if (whole === ')') depth -= 1;
    const literal = groups['literal'] === undefined ? undefined : "''";
    words.push({ text: literal ?? groups['quoted'] ?? whole.toLowerCase(), depth });
    if (whole === '(') depth += 1;
  }
  statements.push(words);
  return statements.filter(({ length }) => length > 0);
}
