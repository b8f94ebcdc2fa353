import {
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBScalarFunction,
  DuckDBTimestampValue,
  type DuckDBType,
  type DuckDBValue,
  LIST,
  MAP,
  TIMESTAMP,
  VARCHAR,
} from '@duckdb/node-api';
import { type ExprType, evaluateRow, type JsFunction, type Value } from '@tessera/expr';
import { fromDuckDb } from './duck.js';

/** The functions that a text calls, answered by the interpreter. */
export function register(
  connection: DuckDBConnection,
  functions: readonly JsFunction[],
  known: Set<string>,
): void {
  for (const { name, expression, columns, type } of functions) {
    if (known.has(name)) continue;
    known.add(name);
    connection.registerScalarFunction(
      DuckDBScalarFunction.create({
        name,
        returnType: typeOf(type),
        parameterTypes: columns.map((column) => typeOf(column.type)),
        specialHandling: true,
        mainFunction: (_, input, output) => {
          const values = columns.map((__, at) => input.getColumnValues(at));
          for (let row = 0; row < input.rowCount; row++) {
            const entries = columns.map(({ column }, at) => [
              column,
              fromDuckDb(values[at]![row]!),
            ]);
            output.setItem(
              row,
              toDuckDb(evaluateRow(expression, Object.fromEntries(entries)), type),
            );
          }
          output.flush();
        },
      }),
    );
  }
}

function typeOf(type: ExprType): DuckDBType {
  switch (type.kind) {
    case 'boolean':
      return BOOLEAN;
    case 'int64':
      return BIGINT;
    case 'double':
      return DOUBLE;
    case 'date':
      return DATE;
    case 'timestamp':
      return TIMESTAMP;
    case 'list':
      return LIST(typeOf(type.element));
    case 'map':
      return MAP(typeOf(type.key), typeOf(type.value));
    default:
      return VARCHAR;
  }
}

function toDuckDb(value: Value, type: ExprType): DuckDBValue {
  if (value === null) return null;
  if (type.kind === 'date') return new DuckDBDateValue(value as number);
  if (type.kind === 'timestamp') return new DuckDBTimestampValue(value as bigint);
  return value as boolean | number | bigint | string;
}
