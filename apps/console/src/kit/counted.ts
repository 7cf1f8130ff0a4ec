const NUMBER = new Intl.NumberFormat('en');

/** A number as it is written in a sentence: `12,345`. */
export function counted(number: number): string {
  return NUMBER.format(number);
}

/** A number of things: `1 entry`, `12,345 entries`. */
export function countOf(number: number, one: string, several: string): string {
  return `${counted(number)} ${number === 1 ? one : several}`;
}
