import type { ExprType } from '../types.js';
import { typeText } from '../values.js';

/** What each type may be cast to, beside itself. */
const CASTS: Readonly<Record<string, readonly string[]>> = {
  boolean: ['int64', 'double', 'string'],
  int64: ['double', 'string', 'boolean'],
  double: ['int64', 'string', 'boolean'],
  string: ['int64', 'double', 'boolean', 'date', 'timestamp'],
  date: ['timestamp', 'string'],
  timestamp: ['date', 'string'],
};

/** Why there is no such cast, or undefined. */
export function castProblem(from: ExprType, to: ExprType): string | undefined {
  if (from.kind === 'null' || typeText(from) === typeText(to)) return undefined;
  const allowed = CASTS[from.kind] ?? [];
  if (allowed.includes(to.kind)) return undefined;
  return allowed.length === 0
    ? `${typeText(from)} cannot be cast`
    : `${typeText(from)} cannot be cast to ${typeText(to)}, only to ${allowed.join(', ')}`;
}
