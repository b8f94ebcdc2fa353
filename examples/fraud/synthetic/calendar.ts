export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;
/** Midnight UTC of 2025-01-01, the first day with payments. */
export const FIRST_DAY_MS = Date.UTC(2025, 0, 1);
/** 2025-01-01 … 2025-03-31. */
export const DAYS = 90;

/** Midnight UTC of day `dayIdx`, where 0 is the first day with payments. */
export function midnightMs(dayIdx: number): number {
  return FIRST_DAY_MS + dayIdx * DAY_MS;
}

/** `YYYY-MM-DD` of day `dayIdx`. */
export function dsOf(dayIdx: number): string {
  return new Date(midnightMs(dayIdx)).toISOString().slice(0, 10);
}

/** Day an instant falls in. */
export function dayIdxOf(ms: number): number {
  return Math.floor((ms - FIRST_DAY_MS) / DAY_MS);
}

/** Payments by weekday, Sunday first: the weekend is quieter by night and busier in shops. */
const WEEKDAY_WEIGHT = [0.9, 0.92, 0.95, 0.98, 1.04, 1.17, 1.04];

/** How many of `total` rows each day gets; the days add up to `total` exactly. */
export function rowsPerDay(total: number): number[] {
  const weights = Array.from(
    { length: DAYS },
    (_, dayIdx) => WEEKDAY_WEIGHT[new Date(midnightMs(dayIdx)).getUTCDay()]!,
  );
  const sum = weights.reduce((a, b) => a + b, 0);
  let seen = 0;
  let given = 0;
  return weights.map((weight) => {
    seen += weight;
    const upTo = Math.round((total * seen) / sum);
    const rows = upTo - given;
    given = upTo;
    return rows;
  });
}

/** Payments by hour of day, UTC. */
const HOUR_WEIGHT = [
  5, 3, 2, 2, 2, 3, 5, 9, 14, 18, 20, 22, 26, 25, 22, 21, 22, 25, 28, 29, 26, 20, 14, 9,
];

/** 1,024 entries, each an hour, as often as the hour's weight: a draw is one look-up. */
export const HOUR_TABLE: Uint8Array = (() => {
  const sum = HOUR_WEIGHT.reduce((a, b) => a + b, 0);
  const table = new Uint8Array(1024);
  let seen = 0;
  let at = 0;
  HOUR_WEIGHT.forEach((weight, hour) => {
    seen += weight;
    const end = Math.round((1024 * seen) / sum);
    table.fill(hour, at, end);
    at = end;
  });
  return table;
})();
