import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { type JoinSpec, TesseraError } from '@tessera/api';
import { run } from '@tessera/lake';
import { checkDefinition } from '../check-options.js';
import { checkPredicates } from '../check-predicates.js';
import { inlineExecutor } from '../executor.js';
import { checkSignal } from '../process-state.js';
import { valueAt } from '../values/from-column.js';
import { sameValue } from './algebra-values.js';
import { askedJoin } from './asked-join.js';
import type { AskedKey, ExplainOptions, Explanation, SnapshotRead } from './explanation.js';
import { loadRows } from './load-rows.js';
import { originOf } from './origin.js';
import { foldPieces } from './pieces.js';
import { productionValue } from './production-value.js';
import { queryTime, snapshotDay, windowBounds } from './query-time.js';
import { type Request, readRequest } from './request.js';
import { type Facts, whyAllNull, whyValue } from './why.js';

/**
 * What one cell of a training set is made of: the value that a left row with these keys at this instant would hold, and
 * every event behind it. Nothing need be published, and no such left row need exist.
 *
 * The value is computed by the engine's own plan and kernels, limited to the key, and once more from the pieces that are
 * shown; both must agree to the last bit.
 *
 * Throws   UNKNOWN_COLUMN, UNKNOWN_KEY, BAD_OPTION, all together; errors of the data; INTERNAL where both values differ.
 * Cost     one pass over the files that can hold a row of the window; memory for the key's rows in them.
 */
export async function explainValue(join: JoinSpec, options: ExplainOptions): Promise<Explanation> {
  checkDefinition('join', join);
  const request = readRequest(join, options);
  checkSignal(options.signal);
  const inline = await inlineExecutor({ workers: 1, dir: null, signal: options.signal });
  try {
    return await explain(inline, request, resolve(options.lake ?? '.'));
  } catch (error) {
    throw options.signal?.aborted ? new TesseraError('INTERRUPTED', {}) : error;
  } finally {
    await inline.close();
  }
}

async function explain(
  inline: Awaited<ReturnType<typeof inlineExecutor>>,
  request: Request,
  lake: string,
): Promise<Explanation> {
  const { session } = inline.context;
  const { part, column, askedMs } = request;
  await run(session, `SET threads = ${availableParallelism()}`);
  await checkPredicates(session, { join: askedJoin(request).join, groupBy: null });
  const loaded = await loadRows(session, request, lake);
  const { effectiveMs, ...query } = queryTime(part, askedMs);
  const { shown: window, bounds } = windowBounds(part, column, effectiveMs);
  const folded = await foldPieces(session, request, loaded, bounds);
  const outcome = await productionValue(inline, request, loaded);
  const snapshot = snapshotRead(request, loaded.presentDays);
  const facts: Facts = { request, folded, outcome, snapshot, isLegal: loaded.isLegal };
  checkAgreement(facts);
  return {
    join: request.join.name,
    column: column.name,
    type: column.type,
    outcome,
    why: whyValue(facts),
    origin: originOf(part, column, partName(request)),
    keys: request.keys.map(askedKey),
    query,
    window,
    snapshot,
    read: loaded.read,
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
