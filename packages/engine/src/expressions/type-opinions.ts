import {
  computedColumns,
  formatExpression,
  type GroupBySpec,
  isOfflineOnly,
  type JoinSpec,
  TesseraError,
} from '@tessera/api';
import { duckDbType, openDuckDb, quoteIdent, readRows, type Session } from '@tessera/lake';
import type { Definition } from '../definition.js';
import { interruptOnAbort } from '../interrupt-on-abort.js';
import { checkSignal } from '../process-state.js';
import type { NamedType } from '../read-typed.js';
import { ownColumns } from './check-derived.js';
import { placedExpressions, problemsAt } from './expression-problems.js';
import { addFunctions, type Computed, textOf } from './expression-sql.js';

/**
 * DuckDB's types of expressions over these columns, in order; nothing is read. Of one that it does not take, the reason.
 */
export type Describe = (
  columns: readonly NamedType[],
  sql: readonly string[],
) => Promise<readonly (string | { readonly reason: string })[]>;

export interface OpinionOptions {
  /** Who is asked instead of DuckDB. */
  readonly describe?: Describe;
  readonly signal?: AbortSignal;
}

/**
 * Every expression of these definitions as DuckDB types it, against our own checker: two programs that know nothing of each
 * other have to say the same. Expressions that our own checker refuses are not asked about, nor is verbatim SQL, which only
 * DuckDB knows.
 *
 * Returns  TYPE_DISAGREES for each that the two see otherwise
 * Throws   INTERRUPTED
 */
export async function typeOpinions(
  definitions: readonly (JoinSpec | GroupBySpec)[],
  { describe, signal }: OpinionOptions = {},
): Promise<readonly TesseraError[]> {
  const asked = each(definitions.flatMap(askedOf));
  if (asked.length === 0) return [];
  const session = await openDuckDb({ threads: 1, memoryBytes: MEMORY_BYTES });
  const interruption = interruptOnAbort(session, signal);
  try {
    return await disagreements(asked, session, describe, signal);
  } catch (error) {
    throw signal?.aborted ? new TesseraError('INTERRUPTED', {}) : error;
  } finally {
    interruption.end();
    session.close();
  }
}

/** The same for one definition, in a session that is open. */
export async function opinionsOn(
  session: Session,
  { join, groupBy }: Definition,
): Promise<readonly TesseraError[]> {
  const spec = join ?? groupBy;
  return spec === null ? [] : disagreements(each(askedOf(spec)), session);
}

/** Types are found without rows. */
const MEMORY_BYTES = 256e6;
/** Expressions of a query. */
const MOST = 200;

interface Asked {
  readonly at: string;
  readonly computed: Computed;
}

/** What DuckDB would be told of a definition: conditions, computed columns, derived ones. */
function askedOf(spec: JoinSpec | GroupBySpec): readonly Asked[] {
  const definition =
    spec.kind === 'join' ? { join: spec, groupBy: null } : { join: null, groupBy: spec };
  const placed = placedExpressions(definition)
    .filter((one) => problemsAt(one).length === 0)
    .flatMap(({ at, computed }) => computed.map((one) => ({ at, computed: one })));
  return [...placed, ...derivedOf(spec)].filter(
    ({ computed }) => !isOfflineOnly(computed.expression),
  );
}

function derivedOf(spec: JoinSpec | GroupBySpec): readonly Asked[] {
  const all = computedColumns(spec);
  const columns = [...ownColumns(spec), ...all.map(({ column }) => column)].map(
    ({ name, type }) => ({ name, type, nullable: true }),
  );
  return all.flatMap(({ column: { name, type, expression } }): Asked[] => {
    if (expression === undefined) return [];
    const at = `${spec.name} › derive › ${name}`;
    const computed = { expression, type, columns };
    const problems = problemsAt({ code: 'BAD_EXPRESSION', at, computed: [computed] });
    return problems.length > 0 ? [] : [{ at, computed }];
  });
}

/** What several definitions share is asked once. */
function each(asked: readonly Asked[]): readonly Asked[] {
  const text = ({ at, computed }: Asked) => `${at} ${formatExpression(computed.expression)}`;
  return [...new Map(asked.map((one) => [text(one), one])).values()];
}

async function disagreements(
  asked: readonly Asked[],
  session: Session,
  describe: Describe = (columns, sql) => described(session, columns, sql),
  signal?: AbortSignal,
): Promise<readonly TesseraError[]> {
  const problems: TesseraError[] = [];
  for (const own of batches(asked)) {
    checkSignal(signal);
    const texts = own.map(({ computed }) => textOf(computed));
    addFunctions(
      session,
      own.map(({ computed }) => computed),
    );
    const [first] = own;
    const given = await describe(
      first?.computed.columns ?? [],
      texts.map(({ sql }) => sql),
    );
    for (const [idx, { at, computed }] of own.entries()) {
      const ours = texts[idx]?.gives ?? null;
      const theirs = given[idx];
      if (theirs === undefined || theirs === ours) continue;
      // NULL alone has no type of its own.
      if (ours === null && typeof theirs === 'string') continue;
      const params = {
        text: formatExpression(computed.expression),
        ours: ours ?? 'NULL',
        theirs: typeof theirs === 'string' ? theirs : `nothing (${theirs.reason})`,
      };
      problems.push(new TesseraError('TYPE_DISAGREES', params, { at }));
    }
  }
  return problems;
}

/** Expressions over one list of columns, of which one query can ask. */
function batches(asked: readonly Asked[]): readonly (readonly Asked[])[] {
  const byColumns = new Map<readonly NamedType[], Asked[][]>();
  for (const one of asked) {
    const own = byColumns.get(one.computed.columns) ?? [];
    byColumns.set(one.computed.columns, own);
    const last = own.at(-1);
    if (last === undefined || last.length >= MOST) own.push([one]);
    else last.push(one);
  }
  return [...byColumns.values()].flat();
}

const isInterrupt = (cause: unknown): boolean =>
  cause instanceof Error && cause.message.startsWith('INTERRUPT');

/** All at once; one by one where DuckDB refuses any, to know which. */
async function described(
  session: Session,
  columns: readonly NamedType[],
  sql: readonly string[],
): ReturnType<Describe> {
  const values = columns.map(
    ({ name, type }) => `CAST(NULL AS ${duckDbType(type)}) AS ${quoteIdent(name)}`,
  );
  const texts = sql.map((text, at) => `(${text}) AS "${at}"`);
  const query = `DESCRIBE SELECT ${texts.join(', ')} FROM (SELECT ${values.join(', ')}) WHERE false`;
  try {
    const rows = await readRows(session, query);
    return rows.map((row) => String(row.column_type));
  } catch (cause) {
    if (isInterrupt(cause)) throw cause;
    if (sql.length > 1) {
      const found: (string | { readonly reason: string })[] = [];
      for (const one of sql) found.push(...(await described(session, columns, [one])));
      return found;
    }
    const [reason = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    return [{ reason }];
  }
}
