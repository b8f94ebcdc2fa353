import { TesseraError } from './errors.js';

/**
 * Logical types of values, as data. The text form is what users write (`'int64'`, `'list<double>'`) and what plans,
 * hashes and messages carry; `DataType` is the parsed form.
 */
export type DataType =
  | { readonly kind: 'boolean' | 'int32' | 'int64' | 'float' | 'double' | 'string' | 'date' }
  | { readonly kind: 'timestamp' | 'timestamptz' | 'timestamp_ns' }
  | { readonly kind: 'epoch_ms' | 'epoch_s' | 'epoch_us' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'list'; readonly element: DataType }
  | { readonly kind: 'map'; readonly key: DataType; readonly value: DataType };

/** Types written as one word. */
const WORDS = [
  'boolean',
  'int32',
  'int64',
  'float',
  'double',
  'string',
  'date',
  'timestamp',
  'timestamptz',
  'timestamp_ns',
  'epoch_ms',
  'epoch_s',
  'epoch_us',
] as const;
type Word = (typeof WORDS)[number];

/** What other systems call our types: only used to suggest. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['bool', 'boolean'],
  ['int', 'int32'],
  ['integer', 'int32'],
  ['long', 'int64'],
  ['bigint', 'int64'],
  ['float32', 'float'],
  ['real', 'float'],
  ['float64', 'double'],
  ['number', 'double'],
  ['text', 'string'],
  ['varchar', 'string'],
  ['str', 'string'],
  ['datetime', 'timestamp'],
  ['time', 'timestamp'],
  ['array', 'list<…>'],
]);

/** Deeper types than this are a mistake, and would be slow everywhere. */
const MAX_DEPTH = 16;

function isWord(text: string): text is Word {
  return (WORDS as readonly string[]).includes(text);
}

/** Position of the comma that splits `key,value`, outside any bracket; -1 if there is none. */
function topLevelComma(text: string): number {
  let depth = 0;
  for (let idx = 0; idx < text.length; idx++) {
    const char = text[idx];
    if (char === '<' || char === '(') depth++;
    else if (char === '>' || char === ')') depth--;
    else if (char === ',' && depth === 0) return idx;
  }
  return -1;
}

function parseAt(text: string, whole: string, depth: number): DataType {
  const trimmed = text.trim();
  if (isWord(trimmed)) return { kind: trimmed };
  const suggestion = ALIASES.get(trimmed.toLowerCase());
  const bad = (reason: string): TesseraError<'BAD_TYPE'> =>
    new TesseraError('BAD_TYPE', {
      text: whole,
      reason,
      candidates: [...WORDS, 'decimal(p,s)', 'list<…>', 'map<…,…>'],
      ...(suggestion !== undefined && { suggestion }),
    });
  if (depth > MAX_DEPTH) throw bad(`nests deeper than ${MAX_DEPTH} levels`);
  const decimal = /^decimal\(\s*(\d{1,2})\s*,\s*(\d{1,2})\s*\)$/.exec(trimmed);
  if (decimal) {
    const precision = Number(decimal[1]);
    const scale = Number(decimal[2]);
    if (precision < 1 || precision > 38 || scale > precision) {
      throw bad('needs a precision of 1 to 38 and a scale of 0 to the precision');
    }
    return { kind: 'decimal', precision, scale };
  }
  if (trimmed.startsWith('list<') && trimmed.endsWith('>')) {
    return { kind: 'list', element: parseAt(trimmed.slice(5, -1), whole, depth + 1) };
  }
  if (trimmed.startsWith('map<') && trimmed.endsWith('>')) {
    const inner = trimmed.slice(4, -1);
    const comma = topLevelComma(inner);
    if (comma < 0) throw bad('needs a key and a value type');
    const key = parseAt(inner.slice(0, comma), whole, depth + 1);
    if (!isScalar(key)) throw bad('needs a key type that is neither list nor map');
    return { kind: 'map', key, value: parseAt(inner.slice(comma + 1), whole, depth + 1) };
  }
  throw bad('is not a type');
}

/**
 * The type that a text says: `int64`, `decimal(10,2)`, `list<double>`, `map<string,int64>`. Spaces around parts are free.
 *
 * Throws BAD_TYPE, with the nearest type as a hint.
 */
export function parseType(text: string): DataType {
  return parseAt(text, text, 0);
}

/** The canonical text of a type; `parseType(formatType(t))` equals `t`. */
export function formatType(type: DataType): string {
  switch (type.kind) {
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'list':
      return `list<${formatType(type.element)}>`;
    case 'map':
      return `map<${formatType(type.key)},${formatType(type.value)}>`;
    default:
      return type.kind;
  }
}

/** Equal types, including precision, scale and elements. */
export function sameType(a: DataType, b: DataType): boolean {
  return formatType(a) === formatType(b);
}

/** Anything but a list or a map. Every scalar has an order (S5.5), so this is `isOrderable` too. */
export function isScalar(type: DataType): boolean {
  return type.kind !== 'list' && type.kind !== 'map';
}

/** What MIN, MAX, TOP_K and BOTTOM_K compare: every scalar. */
export function isOrderable(type: DataType): boolean {
  return isScalar(type);
}

/** Epoch numbers: int64 values that may also be a time column (S1.1). */
export function isEpoch(type: DataType): boolean {
  return type.kind === 'epoch_ms' || type.kind === 'epoch_s' || type.kind === 'epoch_us';
}

/** Whole numbers, with the epoch numbers. */
export function isInteger(type: DataType): boolean {
  return type.kind === 'int32' || type.kind === 'int64' || isEpoch(type);
}

/** Binary floating point. */
export function isFloat(type: DataType): boolean {
  return type.kind === 'float' || type.kind === 'double';
}

/** What arithmetic takes: whole numbers, floats, decimals. */
export function isNumeric(type: DataType): boolean {
  return isInteger(type) || isFloat(type) || type.kind === 'decimal';
}

/** date, timestamp, timestamptz, timestamp_ns: printed as text, compared as instants. */
export function isCalendar(type: DataType): boolean {
  return type.kind === 'date' || type.kind.startsWith('timestamp');
}

/** What a source's time column may be (S1.1). */
export function isTime(type: DataType): boolean {
  return isCalendar(type) || isEpoch(type);
}
