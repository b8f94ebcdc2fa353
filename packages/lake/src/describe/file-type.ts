import type { DataType } from '@tessera/api';

/** What a file's DuckDB type is declared as, or why no declaration can take it. */
export type DeclaredAs = { readonly type: DataType } | { readonly leftOut: string };

const WORDS: Readonly<Record<string, DataType['kind']>> = {
  BOOLEAN: 'boolean',
  TINYINT: 'int32',
  UTINYINT: 'int32',
  SMALLINT: 'int32',
  USMALLINT: 'int32',
  INTEGER: 'int32',
  UINTEGER: 'int64',
  BIGINT: 'int64',
  FLOAT: 'float',
  DOUBLE: 'double',
  VARCHAR: 'string',
  DATE: 'date',
  TIMESTAMP: 'timestamp',
  TIMESTAMP_MS: 'timestamp',
  TIMESTAMP_S: 'timestamp',
  'TIMESTAMP WITH TIME ZONE': 'timestamptz',
  TIMESTAMP_NS: 'timestamp_ns',
};

const REASONS: Readonly<Record<string, string>> = {
  UBIGINT: 'unsigned 64-bit: its upper half fits no int64; write it as BIGINT or VARCHAR',
  HUGEINT: '128-bit integer; write it as BIGINT or DECIMAL(38,0)',
  UHUGEINT: '128-bit integer; write it as BIGINT or DECIMAL(38,0)',
  BLOB: 'bytes that the file does not call text; if they are, write the column as VARCHAR',
  TIME: 'a time of day is no instant; write it as seconds',
  'TIME WITH TIME ZONE': 'a time of day is no instant; write it as seconds',
  INTERVAL: 'a length of time; write it as seconds',
  UUID: 'write it as VARCHAR',
  JSON: 'write it as VARCHAR',
  BIT: 'write it as VARCHAR or BIGINT',
};

/** The declaration that holds every value of a type, the reverse of `isAssignable`. */
export function declaredAs(fileType: string): DeclaredAs {
  const word = WORDS[fileType];
  // Every word in the table is a kind without arguments.
  if (word !== undefined) return { type: { kind: word } as DataType };
  const reason = REASONS[fileType];
  if (reason !== undefined) return { leftOut: reason };
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(fileType);
  if (decimal !== null) {
    const [, precision, scale] = decimal;
    return { type: { kind: 'decimal', precision: Number(precision), scale: Number(scale) } };
  }
  if (fileType.endsWith('[]')) {
    const element = declaredAs(fileType.slice(0, -2));
    return 'leftOut' in element
      ? { leftOut: `a list of what cannot be declared (${element.leftOut})` }
      : { type: { kind: 'list', element: element.type } };
  }
  if (fileType.startsWith('STRUCT(')) {
    return { leftOut: 'a struct; write the fields you need as columns of their own' };
  }
  if (fileType.startsWith('MAP(')) {
    return { leftOut: 'a map: no feature reads one; write the entries you need as columns' };
  }
  if (fileType.startsWith('ENUM(')) return { leftOut: 'an enum; write it as VARCHAR' };
  return { leftOut: 'no type of Tessera holds it' };
}

/** What is wrong with a column's name, or null. `@tessera/api` refuses the same names. */
export function unusableName(name: string, others: readonly string[]): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (!/[\p{L}\p{Nd}]/u.test(name) || /[\u0000-\u001f\u007f]/.test(name) || name.length > 200) {
    return 'a name needs a letter or digit, no control characters and at most 200 characters';
  }
  if (name.startsWith('__')) return 'names that begin with two underscores are taken';
  if (name.toLowerCase() === 'ds') return '`ds` is the label of the partition a row lies in';
  const same = others.find((other) => other !== name && other.toLowerCase() === name.toLowerCase());
  return same === undefined ? null : `differs from \`${same}\` only in upper and lower case`;
}
