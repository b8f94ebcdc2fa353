import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import {
  dayOf,
  definitionHash,
  formatDay,
  type GroupBySpec,
  isTesseraError,
  type JoinSpec,
  joinParts,
  type SourceSpec,
  TesseraError,
} from '@tessera/api';
import { openDuckDb, quoteIdent, readRows, relationOf, type Session, scanSql } from '@tessera/lake';
import { sqlProblems } from './expressions/check-expressions.js';
import { interruptOnAbort } from './interrupt-on-abort.js';
import { type Known, know } from './known-source.js';
import { memoryBudget, shareMemory } from './memory.js';
import { checkSignal } from './process-state.js';
import { factsFolder, rememberedFacts } from './remembered-facts.js';
import { sum } from './sum.js';

export interface LookOptions {
  /** Folder that relative source paths start from. Default: the working directory. */
  readonly lake?: string;
  /** Folder of datasets, where what is known of files is remembered. Default: nothing is. */
  readonly out?: string;
  /** Also count, about, how many values columns have that buckets are made of: reads them in one partition. */
  readonly counts?: boolean;
  readonly signal?: AbortSignal;
}

/** What the lake says of one source, without its rows. */
export interface SourceLook {
  /** Partition labels, or days of its times, ascending. */
  readonly days: readonly string[];
  /** They are `ds=` folders. */
  readonly hive: boolean;
  readonly rows: number;
  readonly bytes: number;
  readonly distinct?: Readonly<Record<string, number>>;
}

export interface LakeLook {
  /** By `definitionHash`; a source that could not be looked at is not there. */
  readonly sources: ReadonlyMap<string, SourceLook>;
  /** Missing paths, bad partitions, schemas that do not fit, SQL that DuckDB does not take … */
  readonly problems: readonly TesseraError[];
}

/**
 * Look at the sources of definitions: footers are read, and times where there are no `ds=` folders.
 *
 * Throws   INTERRUPTED; what is wrong with the machine. What is wrong with sources is returned.
 */
export async function lookAtSources(
  definitions: readonly (JoinSpec | GroupBySpec)[],
  options: LookOptions = {},
): Promise<LakeLook> {
  const workers = Math.max(1, availableParallelism());
  const memory = shareMemory(memoryBudget(undefined), workers);
  const session = await openDuckDb({ threads: workers, memoryBytes: memory.planningBytes });
  const interruption = interruptOnAbort(session, options.signal);
  const problems: TesseraError[] = [];
  const sources = new Map<string, SourceLook>();
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    checkSignal(options.signal);
    await work().catch((error: unknown) => {
      if (!isTesseraError(error) || error.kind === 'internal' || error.code === 'INTERRUPTED')
        throw error;
      problems.push(...error.problems);
    });
  };
  try {
    for (const definition of definitions) {
      const asked =
        definition.kind === 'join'
          ? { join: definition, groupBy: null }
          : { join: null, groupBy: definition };
      problems.push(...(await sqlProblems(session, asked)));
    }
    for (const [id, { source, keys, counted }] of sourcesBy(definitions))
      await attempt(async () => {
        sources.set(id, await look(session, id, { source, keys, counted }, options));
      });
    return { sources, problems: each(problems) };
  } catch (error) {
    throw options.signal?.aborted ? new TesseraError('INTERRUPTED', {}) : error;
  } finally {
    interruption.end();
    session.close();
  }
}

interface Asked {
  readonly source: SourceSpec;
  /** Keys under which it is read. */
  readonly keys: readonly string[];
  /** Columns whose values are counted. */
  readonly counted: readonly string[];
}

function sourcesBy(definitions: readonly (JoinSpec | GroupBySpec)[]): Map<string, Asked> {
  const hashes = new Map<SourceSpec, string>();
  const found = new Map<string, { source: SourceSpec; keys: Set<string>; counted: Set<string> }>();
  const note = (
    source: SourceSpec,
    keys: readonly string[] = [],
    counted: readonly string[] = [],
  ) => {
    const id = hashes.get(source) ?? definitionHash(source);
    hashes.set(source, id);
    const own = found.get(id) ?? { source, keys: new Set<string>(), counted: new Set<string>() };
    found.set(id, own);
    for (const key of keys) own.keys.add(key);
    for (const column of counted) own.counted.add(column);
  };
  const noteGroupBy = ({ source, keys, aggregations }: GroupBySpec) => {
    const counted = aggregations.flatMap(({ by, input, maxDistinct }) => [
      ...(by === undefined ? [] : [by]),
      ...(maxDistinct === undefined || input === undefined ? [] : [input]),
    ]);
    note(source, keys, counted);
  };
  for (const definition of definitions) {
    if (definition.kind === 'groupBy') noteGroupBy(definition);
    else {
      note(definition.left);
      for (const { groupBy } of joinParts(definition)) noteGroupBy(groupBy);
    }
  }
  return new Map(
    [...found].map(([id, { source, keys, counted }]) => [
      id,
      { source, keys: [...keys], counted: [...counted] },
    ]),
  );
}

async function look(
  session: Session,
  id: string,
  { source, keys, counted }: Asked,
  { lake, out, counts }: LookOptions,
): Promise<SourceLook> {
  const folder = out === undefined ? null : factsFolder(resolve(out));
  const memory = await rememberedFacts(folder, id);
  const never = source.columns.filter(({ nullable }) => !nullable).map(({ name }) => name);
  const columns = [...new Set([...keys, ...never])];
  const known = await know(session, source, resolve(lake ?? '.'), columns, {
    recorded: () => [],
    remembered: memory.files,
  });
  const { files, listing } = known;
  return {
    days: source.static === true ? [] : daysOf(known),
    hive: listing.layout === 'hive',
    rows: sum(files.map(({ rows }) => rows)),
    bytes: sum(files.map(({ bytes }) => bytes)),
    ...(counts === true &&
      counted.length > 0 && { distinct: await distinctOf(session, known, counted) }),
  };
}

/** Outside `ds=` folders what footers tell of times: every day between the first and the last. */
function daysOf({ listing, files }: Known): string[] {
  if (listing.layout === 'hive')
    return [...new Set(listing.partitions.flatMap(({ ds }) => (ds === null ? [] : [ds])))].sort();
  const times = files.flatMap(({ timeMinMs, timeMaxMs }) =>
    timeMinMs === null || timeMaxMs === null ? [] : [timeMinMs, timeMaxMs],
  );
  if (times.length === 0) return [];
  const [first, last] = [dayOf(Math.min(...times)), dayOf(Math.max(...times))];
  return Array.from({ length: Math.min(last - first + 1, MOST_DAYS) }, (_, at) =>
    formatDay(first + at),
  );
}

/** Times that lie centuries apart are a mistake of which others tell. */
const MOST_DAYS = 100_000;

/** Of the last partition that has rows: a day is taken for all. */
async function distinctOf(
  session: Session,
  { source, files }: Known,
  columns: readonly string[],
): Promise<Record<string, number>> {
  const last = [...files].reverse().find(({ rows }) => rows > 0);
  const plain = columns.filter((name) =>
    source.columns.some((column) => column.name === name && column.expression === undefined),
  );
  if (last === undefined || plain.length === 0) return {};
  const { where: _, eventId: __, dedupe: ___, ...rows } = source;
  const scan = scanSql({ source: rows, relation: relationOf(source, [last]), columns: plain });
  const counts = plain.map((name, at) => `approx_count_distinct(${quoteIdent(name)}) AS n${at}`);
  const [found] = await readRows(session, `SELECT ${counts.join(', ')} FROM (${scan})`);
  return Object.fromEntries(plain.map((name, at) => [name, Number(found?.[`n${at}`] ?? 0)]));
}

/** Definitions share sources: what is said of one is said once. */
function each(problems: readonly TesseraError[]): TesseraError[] {
  return [...new Map(problems.map((problem) => [problem.message, problem])).values()];
}
