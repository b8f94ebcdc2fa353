import type { Value } from '@tessera/engine';
import { printable } from './text-width.js';

/** A value as JSON carries it: 64-bit integers as text, maps as a list of [key, value]. */
export function jsonValue(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  return value instanceof Map ? [...value] : value;
}

/** A value to be read, all of its digits: nothing is rounded, since two engines may be compared by it. */
export function valueText(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return printable(value) === value ? value : JSON.stringify(value);
  if (value instanceof Map) {
    const entries = [...value].map(([key, one]) => `${valueText(key)}: ${valueText(one)}`);
    return `{${entries.join(', ')}}`;
  }
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  return String(value);
}
