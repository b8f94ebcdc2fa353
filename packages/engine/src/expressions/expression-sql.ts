import {
  type ColumnSpec,
  type DataType,
  type Expression,
  formatExpression,
  formatType,
  type SourceSpec,
  sameType,
  TesseraError,
} from '@tessera/api';
import {
  canonicalType,
  compileExpressions,
  type DuckDbText,
  duckdbText,
  duckType,
  functionText,
  type JsFunction,
  type TypedExpression,
  typedAs,
  typedChildren,
  withChildren,
} from '@tessera/expr';
import {
  duckDbType,
  quoteIdent,
  registerScalarFunction,
  type ScalarFunction,
  type ScanSpec,
  type Session,
  scanSql,
} from '@tessera/lake';

/** A condition, and the columns it is about. */
export interface Condition {
  readonly where: Expression;
  readonly columns: readonly ColumnSpec[];
}

/** An expression that DuckDB computes in a scan, with help from JavaScript. */
export interface Computed {
  readonly expression: Expression;
  readonly type: DataType;
  readonly columns: readonly ColumnSpec[];
}

const BOOLEAN: DataType = { kind: 'boolean' };

/** Texts by columns, type and canonical text: each task asks several times, and has columns of its own that say the same. */
const texts = new Map<string, ComputedText>();
const MOST_TEXTS = 256;

/** Columns as one text. */
const shapes = new WeakMap<readonly ColumnSpec[], string>();

function shapeOf(columns: readonly ColumnSpec[]): string {
  const known = shapes.get(columns);
  if (known !== undefined) return known;
  const shape = JSON.stringify(columns.map(({ name, type }) => [name, formatType(type)]));
  shapes.set(columns, shape);
  return shape;
}

/** An expression as SQL. */
export interface ComputedText extends DuckDbText {
  /** DuckDB's type of it, as DESCRIBE has it; null where any will do: of NULL alone. */
  readonly gives: string | null;
}

export function textOf({ expression, type, columns }: Computed): ComputedText {
  const key = `${shapeOf(columns)} ${formatType(type)} ${formatExpression(expression)}`;
  const found = texts.get(key);
  if (found !== undefined) return found;
  const text = declaredText(typedAs(expression, type, columns), type);
  if (texts.size >= MOST_TEXTS) texts.clear();
  texts.set(key, text);
  return text;
}

/** A value as its declared type holds it: a column as it is stored, digits and ns included. */
function declaredText(typed: TypedExpression, type: DataType): ComputedText {
  if (typed.op === 'column' && sameType(typed.declared, type))
    return { sql: quoteIdent(typed.column), functions: [], gives: duckDbType(type) };
  if (isMadeByUs(type))
    return { ...functionText(typed, type, quoteIdent), gives: duckDbType(type) };
  const gives = typed.type.kind === 'null' ? null : duckType(canonicalType(typed.type));
  return { ...duckdbText(typed, quoteIdent), gives };
}

/** DuckDB multiplies a double before it rounds it to a decimal, and fails on instants that ns do not reach. */
function isMadeByUs(type: DataType): boolean {
  if (type.kind === 'list') return isMadeByUs(type.element);
  if (type.kind === 'map') return isMadeByUs(type.key) || isMadeByUs(type.value);
  return type.kind === 'decimal' || type.kind === 'timestamp_ns';
}

/** A condition as SQL over columns under their own names. What DuckDB is not to compute calls the functions of `addFunctions`. */
export function conditionSql({ where, columns }: Condition): string {
  return textOf({ expression: where, type: BOOLEAN, columns }).sql;
}

/** A source as SQL, its `where` and computed columns whatever expressions they are. */
export function sourceSql(scan: ScanSpec): string {
  const { columns } = scan.source;
  return scanSql({
    ...scan,
    expressionSql: (expression, type = BOOLEAN) => textOf({ expression, type, columns }).sql,
  });
}

/** What a scan of the source computes: its columns, and what its condition does more than compare. */
export function computedIn({ where, columns }: SourceSpec): readonly Computed[] {
  const selected = columns.flatMap(({ type, expression }) =>
    expression === undefined ? [] : [{ expression, type, columns }],
  );
  return where === undefined ? selected : [...selected, computedCondition({ where, columns })];
}

/** A condition as a value. */
export function computedCondition({ where, columns }: Condition): Computed {
  return { expression: where, type: BOOLEAN, columns };
}

const added = new WeakMap<Session, Set<string>>();

/** Make what these call in SQL known to a session; once each. */
export function addFunctions(session: Session, computed: readonly Computed[]): void {
  const known = added.get(session) ?? new Set<string>();
  added.set(session, known);
  for (const one of computed)
    for (const made of textOf(one).functions) {
      if (known.has(made.name)) continue;
      registerScalarFunction(session, scalarOf(made));
      known.add(made.name);
    }
}

/** Compiled, over a chunk of DuckDB's rows at a time. */
function scalarOf({ name, expression, columns, type }: JsFunction): ScalarFunction {
  if (type.kind === 'null') throw new TesseraError('INTERNAL', { reason: `${name} has no type` });
  const evaluate = compileExpressions([{ name, expression: asPassed(expression), type }]);
  return {
    name,
    parameters: columns.map((column) => canonicalType(column.declared)),
    returns: type,
    evaluate: (rows, inputs) => {
      const batch = new Map(columns.map(({ column }, at) => [column, inputs[at]!]));
      return evaluate({ rows, columns: batch })[0]!;
    },
  };
}

/** SQL passes columns as their canonical types. */
function asPassed(node: TypedExpression): TypedExpression {
  return node.op === 'column'
    ? { ...node, declared: canonicalType(node.declared) }
    : withChildren(node, typedChildren(node).map(asPassed));
}
