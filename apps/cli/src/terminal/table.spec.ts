import { describe, expect, it } from '@jest/globals';

import { moment, relative } from './moments.js';
import { paintFor, paintStatus, shown } from './paint.js';
import { type Column, table } from './table.js';

interface Row {
  readonly id: string;
  readonly name: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'ID', cell: ({ id }) => id },
  { title: 'NAME', cell: ({ name }) => name, isElastic: true },
];
const ROWS = [
  { id: 'a', name: 'short' },
  { id: 'bcd', name: 'a name that is rather long' },
];
const plain = paintFor({}, false);

describe('a table', () => {
  it('aligns its columns and leaves no blanks behind', () => {
    expect(table(ROWS, COLUMNS, { paint: plain, width: null })).toBe(
      'ID   NAME\na    short\nbcd  a name that is rather long',
    );
  });

  it('cuts elastic columns where the terminal is narrow, and no others', () => {
    const text = table(ROWS, COLUMNS, { paint: plain, width: 20 });
    expect(text.split('\n')).toEqual(['ID   NAME', 'a    short', 'bcd  a name that is…']);
    expect(text.split('\n').every((line) => line.length <= 20)).toBe(true);
  });

  it('is as wide with colours as without', () => {
    const paint = paintFor({ isTTY: true }, false);
    const columns = [{ title: 'STATUS', cell: () => paintStatus(paint, 'verified') }, ...COLUMNS];
    const lines = table(ROWS, columns, { paint, width: 80 }).split('\n');
    expect(lines[1]).toContain('\u001B[32mverified\u001B[39m  a ');
  });
});

describe('text from elsewhere', () => {
  it('cannot move the cursor, colour the screen or turn its direction', () => {
    expect(shown('a\u001B[2Jb\rc\u202Ed\ne')).toBe('a\uFFFD[2Jb\uFFFDc\uFFFDd\uFFFDe');
    expect(paintStatus(plain, '\u001B[31mverified')).toBe('\uFFFD[31mverified');
  });
});

describe('a moment', () => {
  const now = new Date('2026-01-31T12:00:00.000Z');
  it('is told with its distance, or not at all', () => {
    expect(moment('2026-01-31T10:01:00.000Z', now)).toBe('2026-01-31 10:01:00 UTC (1 hour ago)');
    expect(moment(null, now)).toBeNull();
  });

  it.each([
    ['2026-01-31T12:00:00.200Z', 'now'],
    ['2026-01-31T11:59:30.000Z', '30s ago'],
    ['2026-01-31T10:01:00.000Z', '1h ago'],
    ['2026-02-07T12:00:00.000Z', 'in 7d'],
    [null, '-'],
  ])('%s is %s', (time, words) => {
    expect(relative(time, now)).toBe(words);
  });
});
