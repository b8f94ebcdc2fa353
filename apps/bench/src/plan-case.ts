import {
  average,
  count,
  DAY_MS,
  definitionHash,
  entities,
  events,
  formatDay,
  groupBy,
  HOUR_MS,
  type JoinSpec,
  join,
  last,
  parseDay,
  part,
  type SourceSpec,
  sum,
} from '@tessera/api';
import type {
  FileFacts,
  LakeFacts,
  PhysicalPlan,
  PublishedFacts,
  SourceFacts,
} from '@tessera/planner';

/** How large a case of planning is. */
export interface PlanSize {
  readonly days: number;
  readonly parts: number;
  readonly joins: number;
}

export const PLAN_SIZE: PlanSize = { days: 3 * 365, parts: 50, joins: 10 };

const FIRST_DAY = parseDay('2022-01-01')!;
const WINDOWS = ['1h', '6h', '1d', '7d', '30d', '90d'] as const;

const columns = {
  id: 'string',
  user_id: 'string',
  merchant_id: 'string',
  device_id: 'string',
  amount: 'double',
  quantity: 'int64',
  category: 'string',
  ts: 'timestamp',
} as const;

const eventsOf = (name: string) =>
  events({ name, path: `lake/${name}`, columns, time: 'ts', tieBreaker: 'id' });

const profiles = entities({ name: 'profiles', path: 'lake/profiles', columns, keys: ['user_id'] });
const once = events({
  ...{ name: 'once', path: 'lake/once', columns, time: 'ts' },
  ...{ tieBreaker: 'id', eventId: 'id' },
});
const payments = eventsOf('payments');
const SOURCES = [
  payments,
  eventsOf('clicks'),
  eventsOf('logins'),
  once,
  eventsOf('refunds'),
  profiles,
  eventsOf('transfers'),
  eventsOf('visits'),
] as const;

const KEYS = ['user_id', 'merchant_id', 'device_id'] as const;

/** Every eighth part looks at snapshots, every eleventh has no limit, the others reach back 1 hour to 90 days. */
function features(idx: number) {
  const source = SOURCES[idx % SOURCES.length]!;
  const name = `features_${idx}`;
  if (source.kind === 'entities')
    return groupBy({ name, source, keys: ['user_id'], aggregations: [last('category'), count()] });
  const windows = WINDOWS.slice(0, 1 + (idx % WINDOWS.length));
  return groupBy({
    ...{ name, source, keys: [KEYS[idx % KEYS.length]!] },
    aggregations: [
      count({ windows }),
      sum('amount', { windows }),
      average('amount', { windows, where: 'quantity > 1', as: 'large' }),
      sum('quantity', { windows, by: 'category' }),
      last('category', idx % 11 === 0 ? {} : { windows }),
    ],
  });
}

/** Joins over the same groupBys; each asks some of them later than others do. */
export function planJoins(size: PlanSize): JoinSpec[] {
  const groupBys = Array.from({ length: size.parts }, (_, idx) => features(idx));
  return Array.from({ length: size.joins }, (_, at) =>
    join({
      name: `training_${at}`,
      left: payments,
      parts: groupBys.map((one, idx) => part(one, idx % 10 === at ? { lag: '7d' } : {})),
    }),
  );
}

/** Files of a source by day, each with the times of its day; a few events of the first hour came a day late. */
function filesOf(source: SourceSpec, days: number): FileFacts[] {
  return Array.from({ length: days }, (_, idx) => {
    const ds = formatDay(FIRST_DAY + idx);
    const startMs = (FIRST_DAY + idx) * DAY_MS;
    const isTimed = source.kind === 'events';
    return {
      path: `${source.path}/ds=${ds}/part-0.parquet`,
      ds,
      bytes: 1e6,
      rows: 20_000,
      minTimeMs: isTimed ? startMs - (idx % 7 === 0 ? HOUR_MS : 0) : null,
      maxTimeMs: isTimed ? startMs + DAY_MS - 1 : null,
      fingerprint: `${source.name}.${idx}`,
      content: `${source.name}/${idx}`,
      stat: `1000000 ${idx} ${idx}`,
    };
  });
}

/** A lake in which nothing is built yet. */
export function planFacts({ days }: PlanSize): LakeFacts {
  const sources: Record<string, SourceFacts> = {};
  for (const source of SOURCES)
    sources[definitionHash(source)] = { hive: true, files: filesOf(source, days) };
  const left = sources[definitionHash(payments)]!.files.map(
    ({ ds, rows, minTimeMs, maxTimeMs }, idx) => ({
      ...{ ds: ds!, fileIdx: [idx], rows, minQueryMs: minTimeMs, maxQueryMs: maxTimeMs },
    }),
  );
  return { sources, left, published: null };
}

/** What a run of the plan would have published. */
export function planPublished(plan: PhysicalPlan): PublishedFacts {
  const { definitionHash, files, partitions } = plan;
  return {
    ...{ definitionHash, semantics: 1, files },
    partitions: Object.fromEntries(
      partitions.map(({ ds, inputs }) => [ds, { strict: false, files: inputs, lost: false }]),
    ),
  };
}
