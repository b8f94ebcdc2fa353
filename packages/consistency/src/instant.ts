import { DAY_MS, type DataType } from '@tessera/api';

/** The instant of a row's time as rows show it, floored to ms (S1.1); null where there is none. */
export function instantOf(type: DataType, value: unknown): number | null {
  if (value === null || value === undefined) return null;
  switch (type.kind) {
    case 'epoch_ms':
      return Number(value);
    case 'epoch_s':
      return Number(value) * 1000;
    case 'epoch_us':
      return Math.floor(Number(value) / 1000);
    case 'date':
      return Date.parse(`${String(value)}T00:00:00Z`);
    default:
      // Text in UTC with as many digits as it needs; what is finer than a ms is cut off, which floors it.
      return Date.parse(String(value).replace(/(\.\d{3})\d+Z$/, '$1Z'));
  }
}

/** S3.4: entities ask at the midnight that ends their day. */
export function midnightAfter(ds: string): number {
  return Date.parse(`${ds}T00:00:00Z`) + DAY_MS;
}
