import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { inspect } from 'node:util';
import { type JoinSpec, TesseraError } from '@tessera/api';
import { run } from '@tessera/lake';
import type { TileSet } from '@tessera/tiling';
import { checkDefinition } from '../check-options.js';
import { inlineExecutor } from '../executor.js';
import { checkExpressions } from '../expressions/check-expressions.js';
import { checkSignal } from '../process-state.js';
import { filesOfTiles, NO_SETS, openTileSets, tileStore } from '../tiles/tile-sets.js';
import { valueAt } from '../values/from-column.js';
import { sameValue } from './algebra-values.js';
import { askedJoin } from './asked-join.js';
import { askedReads } from './asked-tiles.js';
import type {
  AskedKey,
  ExplainOptions,
  Explanation,
  Outcome,
  SnapshotRead,
} from './explanation.js';
import { keyReads, tilesRead } from './key-tiles.js';
import { type AskedSource, askedSource, loadRows } from './load-rows.js';
import { originOf } from './origin.js';
import { foldPieces } from './pieces.js';
import { productionValue } from './production-value.js';
import { queryTime, snapshotDay, windowBounds } from './query-time.js';
import { type Request, readRequest } from './request.js';
import type { TilesRead } from './tile-piece.js';
import { NO_TILES, tilesToFold } from './tiles-to-fold.js';
import { type Facts, whyAllNull, whyValue } from './why.js';

/**
 * What one cell of a training set is made of: the value that a left row with these keys at this instant would hold, and
 * every event behind it. Nothing need be published, and no such left row need exist.
 *
 * The value is computed by the engine's own plan and kernels, limited to the key, and once more from the pieces that are
 * shown; both must agree to the last bit. Where tiles are among the pieces it is also computed from events alone.
 *
 * Throws   UNKNOWN_COLUMN, UNKNOWN_KEY, BAD_OPTION, all together; errors of the data; INTERNAL where values differ.
 * Cost     one pass over the files that can hold a row of the window; memory for the key's rows in them.
 */
export async function explainValue(join: JoinSpec, options: ExplainOptions): Promise<Explanation> {
  checkDefinition('join', join);
  const request = readRequest(join, options);
  checkSignal(options.signal);
  const inline = await inlineExecutor({ workers: 1, dir: null, signal: options.signal });
  try {
    return await explain(inline, request, {
      lake: resolve(options.lake ?? '.'),
      out: resolve(options.out ?? 'out'),
      policy: options.tiles ?? 'auto',
    });
  } catch (error) {
    throw options.signal?.aborted ? new TesseraError('INTERRUPTED', {}) : error;
  } finally {
    await inline.close();
  }
}

interface Places {
  readonly lake: string;
  readonly out: string;
  readonly policy: NonNullable<ExplainOptions['tiles']>;
}

type Inline = Awaited<ReturnType<typeof inlineExecutor>>;

async function explain(
  inline: Inline,
  request: Request,
  { lake, out, policy }: Places,
): Promise<Explanation> {
  const { session } = inline.context;
  const { part, column, askedMs } = request;
  await run(session, `SET threads = ${availableParallelism()}`);
  const { join } = askedJoin(request);
  await checkExpressions(session, { join, groupBy: null });
  const sets =
    policy === 'off' ? NO_SETS : await openTileSets(tileStore(out), { join, groupBy: null });
  const asked = await askedSource(session, request, lake, filesOfTiles(sets));
  const reads = await keyReads(session, request, askedReads(request, asked, sets));
  const loaded = await loadRows(session, request, asked, reads.fileIdx, 'rows_of_key');
  const { effectiveMs, ...query } = queryTime(part, askedMs);
  const { shown: window, bounds } = windowBounds(part, column, effectiveMs);
  const toFold = reads.tiles ? tilesToFold(reads.tiles, { request, bounds, out }) : NO_TILES;
  const folded = await foldPieces(session, request, loaded, bounds, toFold);
  const outcome = await productionValue(inline, request, loaded, reads.tiles);
  const snapshot = snapshotRead(request, loaded.presentDays);
  const tilePieces = toFold.tiles.length;
  const { isLegal, endMs } = loaded;
  const facts: Facts = { request, folded, outcome, snapshot, tilePieces, isLegal, endMs };
  checkAgreement(facts);
  const tiles = reads.tiles && {
    ...tilesRead(reads.tiles, toFold, out),
    checked: await checkByEvents(inline, request, asked, { outcome, set: reads.tiles.set }),
  };
  return {
    join: request.join.name,
    column: column.name,
    type: column.type,
    outcome,
    why: whyValue(facts),
    origin: originOf(part, column, partName(request), endMs),
    keys: request.keys.map(askedKey),
    query,
    window,
    snapshot,
    read: loaded.read,
    ...(tiles !== null && { tiles }),
    ...(reads.whyRows !== null && { whyRows: reads.whyRows }),
    leftOut: folded.leftOut,
    pieces: folded.pieces,
    merge: folded.merge,
  };
}

/** The pieces that are shown must give the very value. Throws INTERNAL. */
function checkAgreement(facts: Facts): void {
  const { request, folded, outcome } = facts;
  const { column, part } = request;
  const differ = (one: unknown, other: unknown) =>
    new TesseraError('INTERNAL', {
      reason: `${column.name} is ${String(one)} by the engine and ${String(other)} by its pieces`,
    });
  if (outcome.kind === 'value') {
    const expected = whyAllNull(facts) === null ? folded.value : null;
    if (folded.problem !== null) throw differ('a value', folded.problem);
    if (!sameValue(outcome.value, expected)) throw differ(outcome.value, expected);
    return;
  }
  const isMissing = facts.snapshot?.exists === false && part.missing === 'error';
  const isRepeated = part.groupBy.aggregations.length === 0 && folded.pieces.count !== 1;
  const byPieces =
    outcome.code === 'MISSING_SNAPSHOT'
      ? isMissing
      : outcome.code === 'DUPLICATE_ENTITY_KEY'
        ? isRepeated
        : outcome.code === folded.problem;
  if (!byPieces) throw differ(outcome.code, folded.problem ?? folded.value);
}

/** Tiles must give what the events that they stand for give. Throws INTERNAL. */
async function checkByEvents(
  inline: Inline,
  request: Request,
  asked: AskedSource,
  { outcome, set }: { readonly outcome: Outcome; readonly set: TileSet },
): Promise<TilesRead['checked']> {
  const { fileIdx } = askedReads(request, asked, NO_SETS);
  const rows = await loadRows(inline.context.session, request, asked, fileIdx, 'all_rows_of_key');
  const byEvents = await productionValue(inline, request, rows, null);
  const isSame =
    outcome.kind === 'value'
      ? byEvents.kind === 'value' && sameValue(outcome.value, byEvents.value)
      : byEvents.kind === 'refused' && byEvents.code === outcome.code;
  if (!isSame) {
    const told = (one: Outcome) => (one.kind === 'value' ? inspect(one.value) : one.code);
    throw new TesseraError(
      'INTERNAL',
      {
        reason: `${request.column.name} is ${told(outcome)} by tiles and ${told(byEvents)} by the events that they stand for`,
      },
      {
        hint: `Training sets that read these tiles are wrong. Remove ${set.path}: it is built again. \`tiles: 'off'\` (--tiles off) explains the value by its events. Please report it.`,
      },
    );
  }
  return { files: rows.read.files.length, rowsOfKey: rows.read.rowsOfKey };
}

function snapshotRead(
  { part, askedMs }: Request,
  present: ReadonlySet<string | null>,
): SnapshotRead | null {
  const { source } = part.groupBy;
  if (source.kind !== 'entities') return null;
  const ds = snapshotDay(part, askedMs);
  return { ds, exists: ds === null || present.has(ds) };
}

function partName({ part }: Request): string {
  return part.prefix === undefined ? part.groupBy.name : `${part.prefix}_${part.groupBy.name}`;
}

function askedKey({ spec, right, column, strings }: Request['keys'][number]): AskedKey {
  const value = valueAt(spec.type, column, 0, strings, 'bigint');
  return { left: spec.name, right, type: spec.type, value };
}
