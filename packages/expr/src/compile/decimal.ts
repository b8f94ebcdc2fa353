/** Powers of ten that a double holds exactly. */
const EXACT_POWERS = 22;

/** The double nearest to unscaled / 10^scale. */
export function nearestDouble(unscaled: bigint, scale: number): number {
  const number = Number(unscaled);
  if (Number.isSafeInteger(number) && scale <= EXACT_POWERS) return number / 10 ** scale;
  return Number(`${unscaled}e-${scale}`);
}

/** The unscaled decimal nearest to a double, halves away from zero; null where the precision does not reach. */
export function nearestDecimal(value: number, precision: number, scale: number): bigint | null {
  if (!(Math.abs(value) < 10 ** (precision - scale))) return null;
  const unscaled =
    Math.abs(value) < 1e21 ? BigInt(fixed(value, scale)) : BigInt(value) * 10n ** BigInt(scale);
  const limit = 10n ** BigInt(precision);
  return unscaled >= limit || unscaled <= -limit ? null : unscaled;
}

/** Digits of value × 10^scale, rounded from the double's exact value. */
function fixed(value: number, scale: number): string {
  return value.toFixed(scale).replace('.', '');
}
