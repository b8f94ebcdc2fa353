/** Spark SQL over a value that is named more than once but written once. */
export function sparkOnce(value: string, body: (name: string) => string): string {
  return `transform(array(${value}), v -> ${body('v')})[0]`;
}

/** Spark SQL: a double as it is where finite, else null; -0 is 0. */
export function sparkFinite(value: string): string {
  return sparkOnce(
    value,
    (v) => `CASE WHEN abs(${v}) <= 1.7976931348623157E308D THEN ${v} + 0D END`,
  );
}

/** Spark SQL: a whole number brought within -most to most; null stays null, which greatest and least would pass over. */
export function sparkClamped(value: string, most: number, least = -most): string {
  return sparkOnce(
    value,
    (v) =>
      `CAST(CASE WHEN ${v} < ${least} THEN ${least} WHEN ${v} > ${most} THEN ${most} ELSE ${v} END AS INT)`,
  );
}
