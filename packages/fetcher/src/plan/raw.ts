import { isProblem, type Problem, type Result, rowResult } from '@tessera/algebra';
import {
  type DataType,
  formatDayNumber,
  formatInstantNs,
  fromInteger,
  type IntegerForm,
  type RowValue,
} from '@tessera/api';
import { canonicalValue, type Value as ExprValue, nearestDecimal } from '@tessera/expr';

/** A value as the algebra gives it, or as a row of entities holds it. */
export type Raw = Result | RowValue;

/** Why a training set would have been refused; null for all else. Too many distinct values are only a null there (S5). */
export function refusalOf(raw: Raw): Problem | null {
  if (!isObject(raw)) return null;
  if (raw instanceof Map) {
    for (const value of (raw as ReadonlyMap<unknown, Raw>).values()) {
      const found = refusalOf(value);
      if (found !== null) return found;
    }
    return null;
  }
  return isProblem(raw as Result) && (raw as Problem).problem !== 'TOO_MANY_DISTINCT'
    ? (raw as Problem)
    : null;
}

/** As a row of a training set shows it; fresh memory. NaN is null and -0 is 0 (S4.4). */
export function shown(type: DataType, raw: Raw, form: IntegerForm): RowValue {
  if (typeof raw === 'number' && (type.kind === 'double' || type.kind === 'float'))
    return Number.isNaN(raw) ? null : raw + 0;
  // Both kinds of values have one form; entities may have a map where an aggregation has buckets.
  return rowResult(type, raw as Result, form);
}

/** As expressions see it. */
export function toExpression(type: DataType, raw: Raw): ExprValue {
  if (isObject(raw) && isProblem(raw as Result)) return null;
  if (raw instanceof Map && type.kind === 'map') {
    const { key, value } = type;
    return new Map(
      [...(raw as ReadonlyMap<Raw, Raw>)].map(([k, v]) => [
        toExpression(key, k),
        toExpression(value, v),
      ]),
    );
  }
  return canonicalValue(type, raw as ExprValue);
}

/** What an expression gave, as a row shows it. */
export function shownDerived(type: DataType, value: ExprValue): RowValue {
  if (value === null) return null;
  switch (type.kind) {
    case 'date':
      return formatDayNumber(value as number);
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
      return formatInstantNs((value as bigint) * 1000n);
    case 'decimal': {
      const unscaled = nearestDecimal(value as number, type.precision, type.scale);
      return unscaled === null ? null : fromInteger(type, unscaled, 'bigint');
    }
    case 'int32':
      return Number(value);
    case 'list':
      return (value as readonly ExprValue[]).map((one) => shownDerived(type.element, one));
    case 'map': {
      const entries = [...(value as ReadonlyMap<ExprValue, ExprValue>)];
      return new Map(
        entries.map(([key, one]) => [shownDerived(type.key, key), shownDerived(type.value, one)]),
      );
    }
    default:
      // Of the type already: boolean, string, double, or a bigint.
      return value as RowValue;
  }
}

function isObject(raw: Raw): raw is Exclude<Raw, null | boolean | number | bigint | string> {
  return typeof raw === 'object' && raw !== null;
}
