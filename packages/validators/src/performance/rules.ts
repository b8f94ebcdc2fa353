import { outputOf } from '@tessera/api';
import { allParts, type ValidationContext } from '../context.js';
import { aggregationName, inDays, longestWindowMs, windowsMs } from '../read-of.js';
import type { Rule } from '../rule.js';

const DAY_MS = 86_400_000;

/** Operations whose state grows with the number of different values. */
const BY_VALUE = new Set(['UNIQUE_COUNT', 'HISTOGRAM', 'TOP_K_FREQUENT', 'DIVERSITY']);

const over = (aggregation: string, source = 'payments', keys = `['user_id']`): string =>
  `groupBy({ name: 'g', source: ${source}, keys: ${keys}, aggregations: [${aggregation}] })`;

const each = (context: ValidationContext) =>
  context.allGroupBys.flatMap(({ groupBy }) =>
    groupBy.aggregations.map((aggregation) => ({
      groupBy,
      aggregation,
      at: `${context.placeOf(groupBy)} › ${aggregationName(aggregation, groupBy)}`,
    })),
  );

const number = (value: number): string => Math.round(value).toLocaleString('en-US');

/** What is legal and will cost more than one would think; limits are those of the caller. */
export const PERFORMANCE_RULES: readonly Rule[] = [
  {
    id: 'UNBOUNDED_DISTINCT',
    layer: 'performance',
    severity: 'warning',
    summary: 'States that hold every different value have a window.',
    hint: 'Give it a window, or use approxUniqueCount, whose state does not grow.',
    example: {
      fires: over(`uniqueCount('shop_id')`),
      passes: over(`uniqueCount('shop_id', { windows: ['30d'] })`),
    },
    check: (context) =>
      each(context)
        .filter(
          ({ groupBy, aggregation: { operation, windows } }) =>
            groupBy.source.kind === 'events' && BY_VALUE.has(operation) && windows.includes(null),
        )
        .map(({ at }) => ({
          at,
          message: 'it holds every different value there ever was, and never forgets one.',
        })),
  },
  {
    id: 'K_TOO_LARGE',
    layer: 'performance',
    severity: 'warning',
    summary: 'Lists of k values are short.',
    hint: 'Lower `k`: every tile of every key may hold as many values.',
    example: {
      fires: over(`lastK('amount', { k: 5000 })`),
      passes: over(`lastK('amount', { k: 50 })`),
    },
    check: (context) =>
      each(context)
        .filter(({ aggregation: { k = 0 } }) => k > context.limits.k)
        .map(({ at, aggregation }) => ({
          at,
          message: `up to ${number(aggregation.k ?? 0)} values per key and window; more than ${number(context.limits.k)} is much.`,
        })),
  },
  {
    id: 'JOIN_TOO_WIDE',
    layer: 'performance',
    severity: 'warning',
    summary: 'A training set has no more columns than can be held together.',
    hint: 'Keep those that are used: `only: […]`.',
    example: {
      fires: `({ definitions: join({ name: 'j', left: payments, parts: [part(spend)] }), limits: { columns: 1 } })`,
      passes: `({ definitions: join({ name: 'j', left: payments, parts: [part(spend)] }), limits: { columns: 2 } })`,
    },
    check: (context) =>
      context.joins.flatMap((join) => {
        const columns = outputOf(context.columnsOf(join)).length;
        if (columns <= context.limits.columns) return [];
        return [
          {
            at: context.placeOf(join),
            message: `${number(columns)} computed columns; the limit is ${number(context.limits.columns)}.`,
          },
        ];
      }),
  },
  {
    id: 'BY_IS_KEY',
    layer: 'performance',
    severity: 'warning',
    summary: 'A bucket is no key: each key would have one bucket.',
    hint: 'Leave `by` out.',
    example: {
      fires: over(`count({ windows: ['7d'], by: 'user_id' })`),
      passes: over(`count({ windows: ['7d'], by: 'currency' })`),
    },
    check: (context) =>
      each(context)
        .filter(({ groupBy, aggregation: { by } }) => by !== undefined && groupBy.keys.includes(by))
        .map(({ at, aggregation }) => ({
          at,
          message: `\`${aggregation.by}\` is a key: every map would have one entry.`,
        })),
  },
  {
    id: 'KEY_PER_ROW',
    layer: 'performance',
    severity: 'warning',
    summary: 'Keys have more than one event each.',
    hint: 'Leave the id of the event out of the keys: nothing is aggregated.',
    example: {
      fires: over('count()', 'payments', `['payment_id']`),
      passes: over('count()', 'payments', `['shop_id']`),
    },
    check: (context) =>
      context.allGroupBys.flatMap(({ groupBy, labelOf }) => {
        const { source, keys } = groupBy;
        const own = keys.find((key) => key === source.eventId || key === source.tieBreaker);
        if (labelOf !== undefined || source.kind !== 'events' || own === undefined) return [];
        return [
          {
            at: `${context.placeOf(groupBy)} › keys`,
            message: `\`${own}\` tells events of ${source.name} apart: as a key each has one.`,
          },
        ];
      }),
  },
  {
    id: 'EXACT_TAIL_DENSE',
    layer: 'performance',
    severity: 'warning',
    needsFacts: true,
    summary: 'Long windows over dense data have sawtooth tails.',
    hint: "Leave `tail: 'exact'` out: tiles can stand for rows only where windows begin on their grid.",
    example: {
      fires: `({ definitions: ${over(`count({ windows: ['30d'], tail: 'exact' })`)}, facts: [facts({ source: payments, days: 60, rowsPerDay: 2e6 })] })`,
      passes: `({ definitions: ${over(`count({ windows: ['30d'] })`)}, facts: [facts({ source: payments, days: 60, rowsPerDay: 2e6 })] })`,
    },
    check: (context) =>
      each(context).flatMap(({ groupBy, aggregation, at }) => {
        const facts = context.factsOf(groupBy.source);
        const perDay = facts === undefined ? 0 : facts.rows / Math.max(1, facts.days.length);
        const isExact = (aggregation.tail ?? groupBy.tail) === 'exact';
        const isLong = windowsMs(aggregation).some((ms) => ms >= 12 * DAY_MS);
        if (!isExact || !isLong || perDay < context.limits.denseRowsPerDay) return [];
        return [
          { at, message: `${number(perDay)} rows a day are read one by one for every window.` },
        ];
      }),
  },
  {
    id: 'BY_HIGH_CARDINALITY',
    layer: 'performance',
    severity: 'warning',
    needsFacts: true,
    summary: 'A bucket has few different values.',
    hint: 'Group them in a `select` of the source, or make the column a key.',
    example: {
      fires: `({ definitions: ${over(`count({ windows: ['7d'], by: 'shop_id' })`)}, facts: [facts({ source: payments, distinct: { shop_id: 50_000 } })] })`,
      passes: `({ definitions: ${over(`count({ windows: ['7d'], by: 'currency' })`)}, facts: [facts({ source: payments, distinct: { currency: 12 } })] })`,
    },
    check: (context) =>
      each(context).flatMap(({ groupBy, aggregation: { by }, at }) => {
        const values =
          by === undefined ? 0 : (context.factsOf(groupBy.source)?.distinct?.[by] ?? 0);
        if (values <= context.limits.buckets) return [];
        return [
          {
            at,
            message: `\`${by}\` has about ${number(values)} values: maps may have as many entries.`,
          },
        ];
      }),
  },
  {
    id: 'MAX_DISTINCT_BELOW_DATA',
    layer: 'performance',
    severity: 'warning',
    needsFacts: true,
    summary:
      '`maxDistinct` leaves room for the values that there are: above it the answer is null (S5).',
    hint: 'Raise `maxDistinct`, or shorten the window.',
    example: {
      fires: `({ definitions: ${over(`topKFrequent('shop_id', { k: 3, maxDistinct: 100, windows: ['7d'] })`, 'payments', `['currency']`)}, facts: [facts({ source: payments, distinct: { shop_id: 5000 } })] })`,
      passes: `({ definitions: ${over(`topKFrequent('shop_id', { k: 3, windows: ['7d'] })`, 'payments', `['currency']`)}, facts: [facts({ source: payments, distinct: { shop_id: 5000 } })] })`,
    },
    check: (context) =>
      each(context).flatMap(({ groupBy, aggregation: { maxDistinct, input = '' }, at }) => {
        const values = context.factsOf(groupBy.source)?.distinct?.[input] ?? 0;
        if (maxDistinct === undefined || values <= maxDistinct) return [];
        return [
          {
            at,
            message: `\`${input}\` has about ${number(values)} values a day; a key with more than ${number(maxDistinct)} gets null.`,
          },
        ];
      }),
  },
  {
    id: 'WINDOW_LONGER_THAN_DATA',
    layer: 'performance',
    severity: 'warning',
    needsFacts: true,
    summary: 'A window is no longer than the data.',
    hint: 'Shorten the window, leave it out (unbounded), or add earlier days.',
    example: {
      fires: `({ definitions: ${over(`count({ windows: ['365d'] })`)}, facts: [facts({ source: payments, days: 60 })] })`,
      passes: `({ definitions: ${over(`count({ windows: ['30d'] })`)}, facts: [facts({ source: payments, days: 60 })] })`,
    },
    check: (context) =>
      each(context).flatMap(({ groupBy, aggregation, at }) => {
        const days = context.factsOf(groupBy.source)?.days ?? [];
        const [first, last] = [days[0], days.at(-1)];
        if (first === undefined || last === undefined) return [];
        const spanMs = Date.parse(last) - Date.parse(first) + DAY_MS;
        return windowsMs(aggregation)
          .filter((ms) => ms > spanMs)
          .slice(0, 1)
          .map((ms) => ({
            at,
            message: `a window of ${inDays(ms)}, and ${groupBy.source.name} has ${inDays(spanMs)}: no row ever has all of it.`,
          }));
      }),
  },
  {
    id: 'FULL_HISTORY',
    layer: 'performance',
    severity: 'warning',
    needsFacts: true,
    summary: 'Unbounded windows are over short histories.',
    hint: 'Give it a window, or build its tiles once: `tessera backfill --join …`.',
    example: {
      fires: `({ definitions: join({ name: 'j', left: visits, parts: [part(${over(`last('amount')`)})] }), facts: [facts({ source: payments, first: '2020-01-01', days: 900 })] })`,
      passes: `({ definitions: join({ name: 'j', left: visits, parts: [part(${over(`last('amount', { windows: ['90d'] })`)})] }), facts: [facts({ source: payments, first: '2020-01-01', days: 900 })] })`,
    },
    check: (context) =>
      allParts(context).flatMap(({ part: { groupBy }, at }) => {
        const days = context.factsOf(groupBy.source)?.days.length ?? 0;
        if (longestWindowMs(groupBy) !== null || days <= context.limits.historyDays) return [];
        if (groupBy.source.kind !== 'events') return [];
        return [
          {
            at,
            message: `an unbounded window reads all ${number(days)} days of ${groupBy.source.name}.`,
          },
        ];
      }),
  },
  {
    id: 'RUN_TOO_LARGE',
    layer: 'performance',
    severity: 'warning',
    needsFacts: true,
    summary: 'A run reads no more rows and bytes, and takes no more memory, than it may.',
    hint: 'Give a shorter range (`--start`, `--end`), fewer windows, or raise the limit: `limits` of the config, `--max-rows`, `--max-bytes`, `--max-memory`.',
    example: {
      fires: `({ definitions: join({ name: 'j', left: visits, parts: [part(spend)] }), facts: [facts({ source: payments })], runs: { 'join j': { rows: 1e6, bytes: 1e9, peakBytes: 1e12 } } })`,
      passes: `({ definitions: join({ name: 'j', left: visits, parts: [part(spend)] }), facts: [facts({ source: payments })], runs: { 'join j': { rows: 1e6, bytes: 1e9, peakBytes: 1e9 } } })`,
    },
    check: (context) =>
      [...context.joins, ...context.groupBys].flatMap((definition) => {
        const run = context.facts?.runs?.get(`${definition.kind} ${definition.name}`);
        if (run === undefined) return [];
        const { runRows, runBytes, runMemoryBytes } = context.limits;
        const over = [
          run.rows > runRows && `${number(run.rows)} rows (limit ${number(runRows)})`,
          run.bytes > runBytes && `${gigabytes(run.bytes)} read (limit ${gigabytes(runBytes)})`,
          run.peakBytes > runMemoryBytes &&
            `${gigabytes(run.peakBytes)} of memory (limit ${gigabytes(runMemoryBytes)})`,
        ].filter((text) => text !== false);
        if (over.length === 0) return [];
        return [
          {
            at: context.placeOf(definition),
            message: `a run would take ${over.join(', ')}${run.seconds === undefined ? '' : `; about ${number(Math.max(1, run.seconds))} s`}.`,
          },
        ];
      }),
  },
];

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GB`;
