import { DAY_MS, type GroupBySpec, type JoinSpec, type SourceSpec } from '@tessera/api';
import { SERVED_MS } from '@tessera/kv-writer';
import { leftRows } from '../oracle/naive.js';
import { type Random, random } from '../oracle/prng.js';
import { randomCase } from '../oracle/random-case.js';
import { timeMs } from '../oracle/time.js';
import type { Row, Tables } from '../oracle/types.js';
import { typeOf } from '../oracle/values.js';

/** A join that is served, its tables as they were at the as-of instant, and requests around it. */
export interface ServedCase {
  readonly join: JoinSpec;
  /** What the upload is made of. */
  readonly tables: Tables;
  readonly asOfMs: number;
  readonly requests: readonly ServedRequest[];
}

export interface ServedRequest {
  readonly row: Row;
  readonly atMs: number;
}

/** Requests are rows of a source of their own: the left may be what features are made of, too. */
export const REQUESTS = 'requests';

/** Of `randomCase`: every operation and type, windows, lags, `inclusive`, snapshots, entities. Exact tails become sawtooth. */
export function servedCase(seed: number): ServedCase | null {
  const drawn = randomCase(seed);
  const r = random(seed + 1_000_003);
  const asked = leftRows(drawn.join.left, drawn.tables[drawn.join.left.name] ?? []).flatMap(
    ({ row, queryMs, ds }) =>
      queryMs === null ? [] : { row: { ...row, ds } as Row, atMs: queryMs },
  );
  const [first] = asked.length === 0 ? [] : [r.pick(asked)];
  if (first === undefined) return null;
  const asOfMs = asOfBefore(first.atMs, r);
  const join: JoinSpec = {
    ...drawn.join,
    left: requestsOf(drawn.join.left),
    parts: drawn.join.parts.map((part) => ({ ...part, groupBy: onlineForm(part.groupBy) })),
  };
  const tables: Tables = {};
  for (const { groupBy } of join.parts) {
    const { source } = groupBy;
    tables[source.name] = knownAt(source, drawn.tables[source.name] ?? [], asOfMs);
  }
  const requests = asked.filter(({ atMs }) => atMs >= asOfMs && atMs <= asOfMs + SERVED_MS);
  return { join, tables, asOfMs, requests };
}

/** At an instant that is asked at, up to two days before it, at both ends too. */
function asOfBefore(atMs: number, r: Random): number {
  const back = r.pick([0, SERVED_MS, DAY_MS, r.below(SERVED_MS), r.below(60_000)]);
  return r.chance(0.3) ? Math.floor((atMs - back) / DAY_MS) * DAY_MS : atMs - back;
}

function requestsOf({ where: _, ...left }: SourceSpec): SourceSpec {
  return { ...left, name: REQUESTS, path: REQUESTS };
}

function onlineForm(groupBy: GroupBySpec): GroupBySpec {
  return {
    ...groupBy,
    online: true,
    tail: 'sawtooth',
    aggregations: groupBy.aggregations.map(({ tail: _, ...aggregation }) => aggregation),
  };
}

/** Events before the instant; dumps of days that are over. */
function knownAt(source: SourceSpec, rows: readonly Row[], asOfMs: number): Row[] {
  if (source.static === true) return [...rows];
  if (source.kind === 'entities') {
    const day = new Date(asOfMs).toISOString().slice(0, 10);
    return rows.filter(({ ds }) => String(ds) < day);
  }
  const type = typeOf(source, source.time!);
  return rows.filter((row) => {
    const t = timeMs(type, row[source.time!] ?? null);
    return t !== null && t < asOfMs;
  });
}
