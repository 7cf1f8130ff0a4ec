import { parse, type ParseError, printParseErrorCode } from 'jsonc-parser';

/** Where a text stops being JSON, lines and columns from 1. */
export interface JsonFault {
  readonly line: number;
  readonly column: number;
  readonly detail: string;
}

const IN_WORDS: Readonly<Record<string, string>> = {
  InvalidSymbol: 'expected a value',
  PropertyNameExpected: 'expected the name of a member in double quotes',
  ValueExpected: 'expected a value',
  ColonExpected: 'expected a colon',
  CommaExpected: 'expected a comma',
  CloseBraceExpected: 'expected a comma or }',
  CloseBracketExpected: 'expected a comma or ]',
  EndOfFileExpected: 'expected nothing more',
  UnexpectedEndOfString: 'this text does not end, or holds what has to be escaped',
  InvalidCharacter: 'this text does not end, or holds what has to be escaped',
  InvalidEscapeCharacter: 'this text does not end, or holds what has to be escaped',
  InvalidUnicode: 'this text does not end, or holds what has to be escaped',
};

/** The first place at which a text is not JSON; null: it is. Browsers say it in different words, or not at all. */
export function jsonFault(text: string): JsonFault | null {
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false });
  const [first, second] = errors;
  if (first === undefined) return null;
  // A name without quotes is found to be no symbol before it is found to stand where a name belongs.
  const code = isBareName(first, second) ? second.error : first.error;
  const before = text.slice(0, first.offset).split('\n');
  const said = IN_WORDS[printParseErrorCode(code)] ?? 'this is not JSON';
  return {
    line: before.length,
    column: (before.at(-1) ?? '').length + 1,
    detail: first.offset >= text.length ? `${said}, but the text ends here` : said,
  };
}

function isBareName(first: ParseError, second: ParseError | undefined): second is ParseError {
  return (
    printParseErrorCode(first.error) === 'InvalidSymbol' &&
    second !== undefined &&
    printParseErrorCode(second.error) === 'PropertyNameExpected'
  );
}
