/** Label of rows without a day (S8). */
export const NO_DAY = '__none__';

/** Days that were asked for, both inclusive. */
export interface DayRange {
  readonly start?: string;
  readonly end?: string;
}

export const inRange = (ds: string, { start, end }: DayRange): boolean =>
  // Rows without a day belong to no range, so they are made only when none is asked for.
  ds === NO_DAY
    ? start === undefined && end === undefined
    : (start === undefined || ds >= start) && (end === undefined || ds <= end);
