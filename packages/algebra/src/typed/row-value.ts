import { type DataType, fromInteger, type IntegerForm, type RowValue } from '@tessera/api';
import { isProblem, type Result } from '../states/state.js';
import type { Value } from '../values/kind.js';

/** An algebra's value as a row of a training set shows it. */
export function rowValue(type: DataType, value: Value, form: IntegerForm): RowValue {
  if (value === null) return null;
  if (type.kind === 'list')
    return (value as readonly Value[]).map((item) => rowValue(type.element, item, form));
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && ['double', 'float', 'int32'].includes(type.kind)) return value;
  return fromInteger(type, BigInt(value as number | bigint), form);
}

/** A result of the algebra as a row shows it; a Problem that is not an error is null. */
export function rowResult(type: DataType, result: Result, form: IntegerForm): RowValue {
  if (result === null || isProblem(result)) return null;
  if (type.kind === 'map') {
    const entries = [...(result as ReadonlyMap<Value, Result>)];
    return new Map(
      entries.map(([key, value]) => [
        rowValue(type.key, key, 'bigint'),
        rowResult(type.value, value, form),
      ]),
    );
  }
  return rowValue(type, result as Value, form);
}
