import { DAY_MS, dayOf, type JoinSpec, type SourceSpec, TesseraError } from '@tessera/api';
import { openDuckDb, quoteIdent, quoteLiteral, readRows, relationOf } from '@tessera/lake';
import { addFunctions, computedIn, sourceSql } from '../expressions/expression-sql.js';
import { interruptOnAbort } from '../interrupt-on-abort.js';
import { know } from '../known-source.js';

export interface SampleOptions {
  /** Absolute. */
  readonly lake: string;
  /** Instants of the rows that are drawn from, both inclusive. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly rows: number;
  /** Which of them: the same seed over the same files draws the same. */
  readonly seed: number;
  /** A folder that is not there yet: receives `ds=…/*.parquet`. */
  readonly to: string;
  readonly signal?: AbortSignal;
}

/** The drawn rows as a source, and how many there are. */
export interface Sample {
  readonly source: SourceSpec;
  readonly rows: number;
}

/**
 * Draw left rows of a join at random, in one pass over the files that can have some, and write them to files of their own.
 *
 * Memory   O(rows)
 * Throws   as a run does that reads the left
 */
export async function sampleLeft(join: JoinSpec, options: SampleOptions): Promise<Sample> {
  const { lake, firstMs, lastMs, rows, seed, to, signal } = options;
  const { left } = join;
  const session = await openDuckDb({ threads: 1, tmp: `${to}.spill` });
  const interruption = interruptOnAbort(session, signal);
  try {
    const known = await know(session, left, lake, [], { recorded: () => [] });
    const files = known.files.filter(({ ds, timeMinMs, timeMaxMs }) => {
      if (left.kind === 'entities') return ds === null || mayAsk(ds, firstMs, lastMs);
      return (timeMaxMs ?? lastMs) >= firstMs && (timeMinMs ?? firstMs) <= lastMs;
    });
    const columns = left.columns.map(({ name }) => name).filter((name) => name !== 'ds');
    addFunctions(session, computedIn(left));
    const all = sourceSql({
      source: left,
      relation: relationOf(left, files),
      columns,
      withOrigin: true,
    });
    // S3.4: entities ask at the midnight that ends their day.
    const at =
      left.kind === 'entities' ? 'epoch_ms(TRY_CAST(__ds AS DATE) + INTERVAL 1 DAY)' : '__t';
    const order = `hash(__file, __file_row, ${seed}), __file, __file_row`;
    const drawn = `SELECT ${columns.map(quoteIdent).join(', ')}, __ds AS ds FROM (${all}) WHERE ${at} BETWEEN ${firstMs} AND ${lastMs} ORDER BY ${order} LIMIT ${rows}`;
    const [made] = await readRows(
      session,
      `COPY (${drawn}) TO ${quoteLiteral(to)} (FORMAT parquet, PARTITION_BY (ds))`,
    );
    return { source: sampled(left, to), rows: Number(made?.Count ?? 0) };
  } catch (error) {
    throw signal?.aborted ? new TesseraError('INTERRUPTED', {}) : error;
  } finally {
    interruption.end();
    session.close();
  }
}

function mayAsk(ds: string, firstMs: number, lastMs: number): boolean {
  const midnight = Date.parse(`${ds}T00:00:00Z`) + DAY_MS;
  return dayOf(midnight) >= dayOf(firstMs) && dayOf(midnight) <= dayOf(lastMs);
}

/** What was filtered, computed and made single already is so in the sample. */
function sampled(left: SourceSpec, path: string): SourceSpec {
  const { where: _, eventId: __, dedupe: ___, ...plain } = left;
  return {
    ...plain,
    path,
    format: 'parquet',
    columns: left.columns
      .filter(({ name }) => name !== 'ds')
      .map(({ expression: ____, ...column }) => column),
  };
}
