/** Of an even number of values the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const middle = Math.floor(values.length / 2);
  const sorted = [...values].sort((a, b) => a - b);
  const [low = NaN, high = NaN] = [sorted[middle - 1 + (values.length % 2)], sorted[middle]];
  return (low + high) / 2;
}
