/** What a list is to keep to: with many verifications, 95 of 100 answers of its SQL. */
export const GOAL = {
  /** Times what they take with few. */
  ratio: 1.5,
  ms: 5,
} as const;

/** In which way it does not, in words; empty where it does. `sqlP95`: in milliseconds. */
export function missesOf(
  small: { readonly sqlP95: number },
  large: { readonly sqlP95: number },
): readonly string[] {
  const times = large.sqlP95 / small.sqlP95;
  return [
    ...(times > GOAL.ratio ? [`${times.toFixed(2)} × what it takes with few`] : []),
    ...(large.sqlP95 > GOAL.ms ? [`${large.sqlP95.toFixed(1)} ms`] : []),
  ];
}
