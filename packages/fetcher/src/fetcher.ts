import {
  combineProblems,
  type FetchKeys,
  type GroupBy,
  type Join,
  type ServedRow,
  TesseraError,
} from '@tessera/api';
import { unitName } from '@tessera/kv-writer';
import { answerFrom } from './answer/answer-from.js';
import { answering, wrongOptions } from './answer/answer-options.js';
import { entryCache } from './entry/entry-cache.js';
import type { Fetched } from './fetched.js';
import type {
  AnswerOptions,
  FetcherOptions,
  FetchInput,
  FetchOptions,
  Instant,
} from './options.js';
import { definitionPlan } from './plan/definition-plan.js';
import { type Asked, readRequest } from './request/read-request.js';
import { createUnit, type Unit } from './unit/unit.js';

export interface Fetcher {
  /**
   * The row of one key: what a training set would hold at (keys, at) over the events of the upload (S9).
   *
   * Throws  UNKNOWN_KEY, UNKNOWN_COLUMN, BAD_OPTION for what is asked wrongly, all together; NOT_UPLOADED; the signal's reason.
   *         Whatever else goes wrong is told in the parts that it concerns: `Fetched.parts`.
   */
  fetch<D extends Join | GroupBy>(
    definition: D,
    keys: FetchKeys<D>,
    ...options: OptionsOf<D>
  ): Promise<Fetched<ServedRow<D>>>;
  /** Rows of many keys in the order of `inputs`, all of one version, with one call of the store. */
  fetchMany<D extends Join | GroupBy>(
    definition: D,
    inputs: readonly FetchInput<D, FetchKeys<D>>[],
    options?: AnswerOptions & { readonly at?: Instant },
  ): Promise<readonly Fetched<ServedRow<D>>[]>;
  /** Requests that are underway are answered; none begins afterwards. The store stays open. */
  close(): Promise<void>;
}

/** Options have to be given where the join needs more than keys. */
type OptionsOf<D extends Join | GroupBy> =
  Record<never, never> extends FetchOptions<D>
    ? [options?: FetchOptions<D>]
    : [options: FetchOptions<D>];

const DEFAULT_REFRESH_MS = 1000;
const DEFAULT_CACHE_BYTES = 64 * 2 ** 20;

/**
 * Reads feature rows at request time from what was uploaded. One fetcher serves a whole process: it keeps versions open,
 * remembers entries, reads what several requests want at once, and looks in the background whether a new version is current.
 *
 * Throws  BAD_OPTION
 */
export function createFetcher(options: FetcherOptions): Fetcher {
  const { store, definitions = [], refreshMs = DEFAULT_REFRESH_MS, now = Date.now } = options;
  const { cacheBytes = DEFAULT_CACHE_BYTES, onFetch, onRefresh } = options;
  checkOptions(options, refreshMs, cacheBytes);
  const cache = entryCache(cacheBytes);
  const units = new Map<string, Unit>();
  let isClosed = false;

  const unitOf = (name: string): Unit => {
    let unit = units.get(name);
    if (unit === undefined) {
      unit = createUnit(name, { store, refreshMs, cache, onRefresh });
      units.set(name, unit);
    }
    return unit;
  };
  const timer = setInterval(() => {
    for (const unit of units.values()) void unit.refresh();
  }, refreshMs);
  // A process that has nothing else to do may end.
  timer.unref();
  for (const definition of definitions) {
    const unit = unitOf(unitName(definition));
    unit.serve(definition);
    void unit.refresh();
  }

  const fetchAll = async <Row>(
    definition: Join | GroupBy,
    asked: readonly Asked[],
    call: AnswerOptions,
    placeOf: (idx: number) => string,
  ): Promise<Fetched<Row>[]> => {
    const startedMs = performance.now();
    if (isClosed) throw new TesseraError('BAD_OPTION', { option: 'fetcher', reason: 'is closed' });
    const problems: TesseraError[] = [];
    const how = answering(call, options, problems);
    const plan = definitionPlan(definition);
    const nowMs = now();
    const requests = asked.map((one, idx) => readRequest(plan, one, nowMs, problems, placeOf(idx)));
    if (problems.length > 0) throw combineProblems(problems);
    how.signal?.throwIfAborted();
    const unit = unitOf(plan.unit);
    const { answered, version, unserved } = await answerFrom(unit, store, plan, requests, how);
    if (onFetch !== undefined) {
      const statuses = answered.rows.flatMap(({ parts }) => parts);
      const count = (status: string) => statuses.filter((one) => one.status === status).length;
      onFetch({
        ...{ unit: plan.unit, version, rows: asked.length, parts: statuses.length },
        ms: performance.now() - startedMs,
        ...{ hits: answered.hits, misses: answered.misses },
        ...{ stale: count('stale'), errors: count('error') },
      });
    }
    return answered.rows.map(({ row, parts, explain }, idx) => ({
      // The layout of a row is the one that its type says: both follow from the definition.
      row: row as Row,
      ...{ atMs: requests[idx]!.atMs, version, parts, unserved },
      ...(explain !== null && { explain }),
    }));
  };

  return {
    async fetch(definition, keys, ...[call = {}]) {
      const { request, at, ...how } = call as FetchOptions<Join>;
      const one: Asked = { keys: keys as Asked['keys'], request: request as Asked['request'], at };
      const [fetched] = await fetchAll<never>(definition, [one], how, () => '');
      return fetched!;
    },
    async fetchMany(definition, inputs, { at, ...how } = {}) {
      const asked = inputs.map(
        (one): Asked => ({
          keys: one.keys as Asked['keys'],
          request: one.request as Asked['request'],
          at: one.at ?? at,
        }),
      );
      return fetchAll(definition, asked, how, (idx) => `input ${idx}`);
    },
    async close() {
      isClosed = true;
      clearInterval(timer);
      for (const unit of units.values()) unit.close();
    },
  };
}

function checkOptions(
  { maxAge, timeoutMs }: FetcherOptions,
  refreshMs: number,
  cacheBytes: number,
): void {
  const problems = wrongOptions({ maxAge, timeoutMs });
  if (!(refreshMs >= 1 && refreshMs < 2 ** 31))
    problems.push(
      new TesseraError('BAD_OPTION', {
        option: 'refreshMs',
        reason: `must be 1 or more: ${String(refreshMs)}`,
      }),
    );
  if (!Number.isSafeInteger(cacheBytes) || cacheBytes < 0)
    problems.push(
      new TesseraError('BAD_OPTION', {
        option: 'cacheBytes',
        reason: `must be a whole number of 0 or more: ${String(cacheBytes)}`,
      }),
    );
  if (problems.length > 0) throw combineProblems(problems);
}
