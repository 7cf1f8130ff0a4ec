/** For who reads it; what has no end says so. */
export function digits(value: number, places: number): string {
  return Number.isFinite(value) ? value.toFixed(places) : 'endless';
}
