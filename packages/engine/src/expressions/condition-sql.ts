import {
  type ColumnSpec,
  type Expression,
  formatExpression,
  type SourceSpec,
  TesseraError,
} from '@tessera/api';
import {
  canonicalType,
  checkExpression,
  compileExpressions,
  type DuckDbText,
  duckdbText,
  type JsFunction,
  type TypedExpression,
  typedChildren,
  withChildren,
} from '@tessera/expr';
import {
  predicateSql,
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

const BOOLEAN = { kind: 'boolean' } as const;

/** Texts of conditions by columns and canonical text: a task asks several times. */
const texts = new WeakMap<readonly ColumnSpec[], Map<string, DuckDbText>>();

function textOf(where: Expression, columns: readonly ColumnSpec[]): DuckDbText {
  const known = texts.get(columns) ?? new Map<string, DuckDbText>();
  texts.set(columns, known);
  const canonical = formatExpression(where);
  const found = known.get(canonical);
  if (found !== undefined) return found;
  const { typed, problems } = checkExpression(where, columns, undefined, BOOLEAN);
  if (typed === undefined) {
    const reason = problems.map((problem) => problem.reason).join('; ');
    throw new TesseraError('INTERNAL', { reason: `condition ${canonical}: ${reason}` });
  }
  const text = duckdbText(typed, quoteIdent);
  known.set(canonical, text);
  return text;
}

/** A condition as SQL over columns under their own names. What DuckDB is not to compute calls the functions of `addFunctions`. */
export function conditionSql({ where, columns }: Condition): string {
  const typeOf = (name: string) => columns.find((column) => column.name === name)?.type;
  return predicateSql(where, quoteIdent, typeOf, (other) => textOf(other, columns).sql);
}

/** A source as SQL, its `where` whatever expression it is. */
export function sourceSql(scan: ScanSpec): string {
  const { columns } = scan.source;
  return scanSql({ ...scan, expressionSql: (other) => textOf(other, columns).sql });
}

/** The condition of a source, where there is one. */
export function ofSource({ where, columns }: SourceSpec): readonly Condition[] {
  return where === undefined ? [] : [{ where, columns }];
}

const added = new WeakMap<Session, Set<string>>();

/** Make what conditions call in SQL known to a session; once each. */
export function addFunctions(session: Session, conditions: readonly Condition[]): void {
  const known = added.get(session) ?? new Set<string>();
  added.set(session, known);
  for (const { where, columns } of conditions)
    for (const part of computedParts(where))
      for (const one of textOf(part, columns).functions) {
        if (known.has(one.name)) continue;
        registerScalarFunction(session, scalarOf(one));
        known.add(one.name);
      }
}

/** The parts of a condition that do more than compare columns and values. */
export function computedParts(where: Expression): readonly Expression[] {
  const parts: Expression[] = [];
  const take = (part: Expression) => {
    parts.push(part);
    return '';
  };
  predicateSql(where, quoteIdent, () => undefined, take);
  return parts;
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
