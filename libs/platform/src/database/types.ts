import pg from 'pg';

const { builtins } = pg.types;

/**
 * How raw SQL reads a column: timestamps as Date (without a zone they are UTC, as Prisma writes them), bigint as a number while it
 * is exact and as a bigint beyond, a date as its text (a calendar day has no time zone), bytea as Buffer, the rest as pg does.
 * For our pool only; Prisma brings its own.
 */
export const parsers: pg.CustomTypesConfig = {
  getTypeParser(oid, format) {
    if (format !== 'binary') {
      if (oid === builtins.INT8) return exactInteger;
      if (oid === builtins.DATE) return text;
      if (oid === builtins.TIMESTAMP) return utc;
    }
    // pg types a parser's result as any; what it is depends on the column.
    return pg.types.getTypeParser(oid, format) as (value: string) => unknown;
  },
};

function exactInteger(value: string): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : BigInt(value);
}

function text(value: string): string {
  return value;
}

function utc(value: string): Date {
  return new Date(`${value.replace(' ', 'T')}Z`);
}
