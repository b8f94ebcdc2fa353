import type { DataType } from '../data-type.js';
import type { Operation } from '../spec.js';
import { formatDayNumber, formatInstantNs } from './time-text.js';

/** One JavaScript value of a feature row: see `FeatureRow`. */
export type RowValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly RowValue[]
  | ReadonlyMap<RowValue, RowValue>;

/** Counts are numbers in a row, other 64-bit integers bigint. */
export type IntegerForm = 'number' | 'bigint';

const COUNTS: ReadonlySet<Operation> = new Set<Operation>([
  'COUNT',
  'UNIQUE_COUNT',
  'APPROX_UNIQUE_COUNT',
  'HISTOGRAM',
]);

/** The form of 64-bit integers in a column; `operation` is absent where nothing is aggregated. */
export function integerForm(operation: Operation | undefined): IntegerForm {
  return operation !== undefined && COUNTS.has(operation) ? 'number' : 'bigint';
}

function unitNs(kind: DataType['kind']): bigint {
  return kind === 'timestamp_ns' ? 1n : 1000n;
}

function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return unscaled.toString();
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** An integer that stands for a value of a type: unscaled, days, or in the unit of the type. */
export function fromInteger(type: DataType, value: bigint, form: IntegerForm): RowValue {
  switch (type.kind) {
    case 'decimal':
      return decimalText(value, type.scale);
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
      return formatInstantNs(value * unitNs(type.kind));
    case 'int64':
    case 'epoch_ms':
    case 'epoch_s':
    case 'epoch_us':
      return form === 'number' ? Number(value) : value;
    case 'boolean':
      return value !== 0n;
    case 'date':
      return formatDayNumber(Number(value));
    default:
      return Number(value);
  }
}
