import { parseDay } from '@tessera/api';

const INSTANT =
  /^(\d{4}-\d{2}-\d{2})(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d{2}):(\d{2}))?)?$/;

/**
 * `2025-01-31`, `2025-01-31T10:00Z`, `2025-01-31 10:00:00.5+02:00` as ns since the epoch, no zone being UTC; null for other
 * text.
 */
export function parseInstantNs(text: string): bigint | null {
  const match = INSTANT.exec(text);
  const day = match === null ? null : parseDay(match[1]!);
  if (match === null || day === null) return null;
  const [, , hours = '0', minutes = '0', seconds = '0', fraction = '', sign, offH, offM] = match;
  const offset = (sign === '-' ? -1 : 1) * (Number(offH ?? 0) * 60 + Number(offM ?? 0));
  const wholeMinutes = day * 1440 + Number(hours) * 60 + Number(minutes) - offset;
  return (
    (BigInt(wholeMinutes) * 60n + BigInt(seconds)) * 1_000_000_000n +
    BigInt(fraction.padEnd(9, '0'))
  );
}

/** Integer division towards minus infinity. */
export function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

export const DAY_US = 86_400_000_000n;
