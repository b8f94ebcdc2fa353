import type { DataType } from '@tessera/api';

/** Signed and unsigned integers by the bits a signed integer needs to hold them. */
const INTEGER_BITS: Readonly<Record<string, number>> = {
  TINYINT: 8,
  UTINYINT: 9,
  SMALLINT: 16,
  USMALLINT: 17,
  INTEGER: 32,
  UINTEGER: 33,
  BIGINT: 64,
};
const INSTANTS = ['TIMESTAMP', 'TIMESTAMP WITH TIME ZONE', 'TIMESTAMP_MS', 'TIMESTAMP_S'];

/**
 * True when every value of a file's DuckDB type is a value of the declared type, exactly.
 *
 *   int32, int64, epoch_*   integers that fit
 *   float, double           floats that fit, and integers of at most 24 and 53 bits
 *   timestamp, timestamptz  instants of s, ms or µs, with or without zone (without is UTC)
 *   timestamp_ns            the same, and ns
 *   decimal(p,s)            the same scale, at most the precision
 *   list, map               by their parts
 */
export function isAssignable(fileType: string, declared: DataType): boolean {
  const bits = INTEGER_BITS[fileType];
  switch (declared.kind) {
    case 'boolean':
      return fileType === 'BOOLEAN';
    case 'string':
      return fileType === 'VARCHAR';
    case 'date':
      return fileType === 'DATE';
    case 'int32':
      return bits !== undefined && bits <= 32;
    case 'int64':
    case 'epoch_ms':
    case 'epoch_s':
    case 'epoch_us':
      return bits !== undefined;
    case 'float':
      return fileType === 'FLOAT' || (bits !== undefined && bits <= 24);
    case 'double':
      return fileType === 'DOUBLE' || fileType === 'FLOAT' || (bits !== undefined && bits <= 53);
    case 'timestamp':
    case 'timestamptz':
      return INSTANTS.includes(fileType);
    case 'timestamp_ns':
      return fileType === 'TIMESTAMP_NS' || INSTANTS.includes(fileType);
    case 'decimal': {
      const match = /^DECIMAL\((\d+),(\d+)\)$/.exec(fileType);
      if (match === null) return false;
      return Number(match[1]) <= declared.precision && Number(match[2]) === declared.scale;
    }
    case 'list':
      return fileType.endsWith('[]') && isAssignable(fileType.slice(0, -2), declared.element);
    case 'map': {
      const parts = mapParts(fileType);
      return (
        parts !== null &&
        isAssignable(parts[0], declared.key) &&
        isAssignable(parts[1], declared.value)
      );
    }
  }
}

/** `MAP(VARCHAR, DECIMAL(10,2)[])` → its two parts: the comma outside any inner parentheses. */
function mapParts(type: string): readonly [string, string] | null {
  if (!type.startsWith('MAP(') || !type.endsWith(')')) return null;
  const inner = type.slice(4, -1);
  let depth = 0;
  for (let at = 0; at < inner.length; at++) {
    const char = inner[at];
    if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === ',' && depth === 0) {
      return [inner.slice(0, at).trim(), inner.slice(at + 1).trim()];
    }
  }
  return null;
}
