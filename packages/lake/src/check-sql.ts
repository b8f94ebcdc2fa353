import { type ColumnSpec, type DataType, formatType, TesseraError } from '@tessera/api';
import { duckDbType } from './duckdb-type.js';
import { quoteIdent, quoteLiteral } from './quote.js';
import { readRows } from './read-rows.js';
import type { Session } from './session.js';
import { sqlError } from './sql-error.js';

/**
 * Check a verbatim `sql('…')` in a condition: one expression over one row of the columns, that gives the same for the same
 * row at any time, of the type that its place asks for: boolean, or that of the CAST around it. DuckDB parses it, alone: what is an expression without parentheses around it cannot get out of
 * those that are put there.
 *
 * Throws  BAD_PREDICATE for what does not parse, is more than an expression (a list, FROM, LIMIT, a second statement …),
 *         holds a subquery, an aggregate, a window or a parameter, calls what changes from call to call or run to run,
 *         names no column of these, or gives another type
 */
export async function checkSqlPredicate(
  session: Session,
  columns: readonly ColumnSpec[],
  text: string,
  wanted: DataType = { kind: 'boolean' },
): Promise<void> {
  const refuse = (reason: string, advice?: string): never => {
    throw new TesseraError('BAD_PREDICATE', { text, position: null, reason, advice });
  };
  const tree = await parse(session, text);
  if ('error_message' in tree) refuse(`DuckDB: ${String(tree.error_message)}`);
  const expression = onlyExpression(tree);
  if (expression === null) {
    return refuse('sql() takes one expression', 'Write only the condition, as in WHERE (…).');
  }
  const found = lookThrough(expression);
  const [refused] = found.refused;
  if (refused !== undefined) {
    refuse(`sql() takes no ${refused}`, 'A condition is about one row, and the same at any time.');
  }
  const known = new Set([...columns.map(({ name }) => name.toLowerCase()), ...found.parameters]);
  const stranger = found.columns.find((name) => !known.has(name.toLowerCase()));
  if (stranger !== undefined) {
    throw new TesseraError('BAD_PREDICATE', {
      ...{ text, position: null, name: stranger },
      reason: `there is no column \`${stranger}\``,
      candidates: columns.map(({ name }) => name),
    });
  }
  for (const { name, what } of await unsteady(session, found.functions)) {
    refuse(`\`${name}\` ${what}`, 'A condition is about one row, and the same at any time.');
  }
  const type = await typeOf(session, columns, text).catch((cause: unknown) => {
    const { params } = sqlError(text, cause);
    return refuse(`DuckDB: ${'reason' in params ? String(params.reason) : String(cause)}`);
  });
  const given = GIVEN[wanted.kind];
  if (given === undefined) return refuse(`CAST makes no ${formatType(wanted)} of sql(…)`);
  if (given.test(type)) return;
  const name = duckDbType(wanted);
  const advice = wanted.kind === 'boolean' ? undefined : `Convert it there: CAST(… AS ${name}).`;
  refuse(`it gives ${type}, not ${name}`, advice);
}

/** DuckDB's types of which a value is one of ours, unchanged. */
const GIVEN: Partial<Record<DataType['kind'], RegExp>> = {
  boolean: /^BOOLEAN$/,
  int64: /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/,
  double: /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\))$/,
  string: /^(VARCHAR|ENUM\(.*\))$/s,
  date: /^DATE$/,
  timestamp: /^TIMESTAMP(_S|_MS|_NS| WITH TIME ZONE)?$/,
};

type Node = Readonly<Record<string, unknown>>;

async function parse(session: Session, text: string): Promise<Node> {
  const [row] = await readRows(
    session,
    `SELECT CAST(json_serialize_sql(${quoteLiteral(`SELECT ${text}\n`)}) AS VARCHAR) AS tree`,
  );
  return JSON.parse(String(row?.tree)) as Node;
}

/** The one expression of `SELECT expression`; null where there is anything else. */
function onlyExpression(tree: Node): Node | null {
  const [statement, ...others] = tree.statements as readonly { readonly node: Node }[];
  if (statement === undefined || others.length > 0) return null;
  const { node } = statement;
  if (node.type !== 'SELECT_NODE') return null;
  const ctes = (node.cte_map as Node).map;
  const lists = [node.modifiers, ctes, node.group_expressions, node.group_sets];
  const clauses = [node.where_clause, node.having, node.qualify, node.sample];
  const isPlain =
    (node.from_table as Node).type === 'EMPTY' &&
    lists.every((list) => Array.isArray(list) && list.length === 0) &&
    clauses.every((clause) => clause === null);
  const [first, ...more] = node.select_list as readonly Node[];
  return isPlain && first !== undefined && more.length === 0 && first.alias === '' ? first : null;
}

const REFUSED: Readonly<Record<string, string>> = {
  SUBQUERY: 'subquery',
  WINDOW: 'window function',
  PARAMETER: 'parameter',
  STAR: 'star',
};

interface Found {
  readonly refused: string[];
  readonly functions: string[];
  readonly columns: string[];
  /** Of lambdas, lower case. */
  readonly parameters: string[];
}

function lookThrough(expression: Node): Found {
  const found: Found = { refused: [], functions: [], columns: [], parameters: [] };
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      value.forEach(visit);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    const node = value as Node;
    const kind = String(node.class ?? '');
    const refused = REFUSED[kind];
    if (refused !== undefined) found.refused.push(refused);
    if (kind === 'FUNCTION') found.functions.push(String(node.function_name));
    if (kind === 'COLUMN_REF') found.columns.push((node.column_names as string[]).join('.'));
    if (kind === 'LAMBDA') found.parameters.push(...parametersOf(node.lhs as Node));
    Object.values(node).forEach(visit);
  };
  visit(expression);
  return found;
}

/** `x`, or `(x, i)`, which DuckDB parses as a call of `row`. */
function parametersOf(lhs: Node): string[] {
  const nodes = lhs.class === 'COLUMN_REF' ? [lhs] : ((lhs.children ?? []) as readonly Node[]);
  return nodes.flatMap(({ column_names: names }) =>
    Array.isArray(names) ? names.map((name) => String(name).toLowerCase()) : [],
  );
}

/** Functions among these that look at more than their arguments. */
async function unsteady(
  session: Session,
  names: readonly string[],
): Promise<{ name: string; what: string }[]> {
  if (names.length === 0) return [];
  const rows = await readRows(
    session,
    `SELECT function_name AS name, bool_and(function_type = 'aggregate') AS aggregates
     FROM duckdb_functions()
     WHERE function_name IN (${names.map((name) => quoteLiteral(name.toLowerCase())).join(', ')})
     GROUP BY ALL
     HAVING aggregates OR bool_or(function_type = 'scalar' AND stability <> 'CONSISTENT')
     ORDER BY ALL`,
  );
  return rows.map(({ name, aggregates }) => ({
    name: String(name),
    what: aggregates === true ? 'is an aggregate' : 'changes from call to call or run to run',
  }));
}

async function typeOf(
  session: Session,
  columns: readonly ColumnSpec[],
  text: string,
): Promise<string> {
  const typed = columns.map(
    ({ name, type }) => `CAST(NULL AS ${duckDbType(type)}) AS ${quoteIdent(name)}`,
  );
  const [row] = await readRows(
    session,
    `DESCRIBE SELECT (${text}\n) AS x FROM (SELECT ${typed.join(', ')})`,
  );
  return String(row?.column_type);
}
