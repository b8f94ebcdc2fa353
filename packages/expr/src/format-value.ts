import { formatDay } from '@tessera/api';
import { civilOf, splitTime } from './civil.js';
import type { ExprType, Value } from './types.js';

/** A value as the language writes it: `2.0`, `'a'`, `DATE '2024-02-29'`, and beyond it `[1, NULL]` and `{'a': 1}`. */
export function formatValue(value: Value, type: ExprType): string {
  if (value === null) return 'NULL';
  switch (type.kind) {
    case 'boolean':
      return String(value).toUpperCase();
    case 'double':
      return Number.isInteger(value) && !String(value).includes('e') ? `${value}.0` : String(value);
    case 'string':
      return `'${(value as string).replaceAll("'", "''")}'`;
    case 'date':
      return `DATE '${dayText(value)}'`;
    case 'timestamp':
      return `TIMESTAMP '${dayText(value)}T${timeText(splitTime(value).us)}Z'`;
    case 'list': {
      const items = (value as readonly Value[]).map((one) => formatValue(one, type.element));
      return `[${items.join(', ')}]`;
    }
    case 'map': {
      const entries = [...(value as ReadonlyMap<Value, Value>)].map(
        ([key, one]) => `${formatValue(key, type.key)}: ${formatValue(one, type.value)}`,
      );
      return `{${entries.join(', ')}}`;
    }
    default:
      return String(value);
  }
}

function dayText(value: Value): string {
  const { days } = splitTime(value);
  const { year, month, day } = civilOf(days);
  if (year >= 0 && year <= 9999) return formatDay(days);
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

function timeText(us: number): string {
  const [seconds, fraction] = [Math.floor(us / 1e6), us % 1e6];
  const time = new Date(seconds * 1000).toISOString().slice(11, 19);
  return fraction === 0 ? time : `${time}.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`;
}
