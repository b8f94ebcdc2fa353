import { DAY_MS, formatDay, type JoinSpec, parseDay, type SourceSpec } from '@tessera/api';
import { allParts, featureParts, type ValidationContext } from '../context.js';
import { inDays, longestWindowMs } from '../read-of.js';
import type { Found, Rule } from '../rule.js';

/** Days of the left that are asked for, ascending. */
function leftDays(context: ValidationContext, { left }: JoinSpec): readonly string[] {
  const { start = '', end = '9999-99-99' } = context.range;
  return (context.factsOf(left)?.days ?? []).filter((day) => start <= day && day <= end);
}

const plus = (day: string, days: number): string => formatDay((parseDay(day) ?? 0) + days);
const msOf = (day: string): number => (parseDay(day) ?? 0) * DAY_MS;

/** At most three of a list of days, with how many more. */
function some(days: readonly string[]): string {
  const shown = days.slice(0, 3).join(', ');
  return days.length > 3 ? `${shown} and ${days.length - 3} more` : shown;
}

const J = `join({ name: 'j', left: visits, parts: [part(spend)] })`;
const withFacts = (visits: string, payments: string, definitions = J, more = '') =>
  `({ definitions: ${definitions}, ${more}facts: [facts({ source: visits, ${visits} }), facts({ source: payments, ${payments} })] })`;
const SHOP_JOIN = `join({ name: 'j', left: payments, parts: [part(shops)] })`;
const snapshots = (first: string, definitions = SHOP_JOIN) =>
  `({ definitions: ${definitions}, facts: [facts({ source: payments, first: '2025-01-02', days: 3 }), facts({ source: shops, first: '${first}', days: 3 })] })`;
const labelled = (days: number) =>
  `({ definitions: join({ name: 'j', left: payments, parts: [part(spend)], labels: [ahead('is_fraud', { operation: 'max', windows: ['30d'], keys: ['user_id'] })] }), facts: [facts({ source: payments, days: ${days} })] })`;

/** Whether the data that is there covers what is asked of it. */
export const RANGE_RULES: readonly Rule[] = [
  {
    id: 'RANGE_WITHOUT_ROWS',
    layer: 'backfill',
    severity: 'warning',
    needsFacts: true,
    summary: 'The range that is asked for has left rows.',
    hint: 'Give days that there are (`--start`, `--end`).',
    example: {
      fires: withFacts('days: 10', 'days: 10', J, `range: { start: '2026-01-01' }, `),
      passes: withFacts('days: 10', 'days: 10', J, `range: { start: '2025-01-05' }, `),
    },
    check: (context) =>
      context.joins.flatMap((join) => {
        const days = context.factsOf(join.left)?.days ?? [];
        if (days.length === 0 || leftDays(context, join).length > 0) return [];
        return [
          {
            at: context.placeOf(join),
            message: `${join.left.name} has no day of the range; it has ${days[0]} … ${days.at(-1)}.`,
          },
        ];
      }),
  },
  {
    id: 'COVERAGE_SHORT',
    layer: 'backfill',
    severity: 'warning',
    needsFacts: true,
    summary: 'Sources begin early enough for the longest window of the first left rows.',
    hint: 'Begin so many days later (`--start`), or add the days.',
    example: {
      fires: withFacts(`first: '2025-01-03', days: 10`, `first: '2025-01-01', days: 12`),
      passes: withFacts(`first: '2025-01-08', days: 10`, `first: '2025-01-01', days: 17`),
    },
    check: (context) =>
      featureParts(context).flatMap(({ join, part: { groupBy, lagMs }, at }): Found[] => {
        const windowMs = longestWindowMs(groupBy);
        const first = context.factsOf(groupBy.source)?.days[0];
        const [asked] = leftDays(context, join);
        if (groupBy.source.kind !== 'events' || windowMs === null) return [];
        if (first === undefined || asked === undefined) return [];
        const shortMs = msOf(first) - (msOf(asked) - lagMs - windowMs);
        if (shortMs <= 0 || first > asked) return [];
        const words = `${groupBy.source.name} begins on ${first}: for all of ${inDays(windowMs)} before ${asked} it is ${inDays(shortMs)} short.`;
        return [{ at, message: words }];
      }),
  },
  {
    id: 'SNAPSHOT_DAYS_MISSING',
    layer: 'backfill',
    severity: 'warning',
    needsFacts: true,
    summary: 'Every day of the left has the snapshot of the day before it (S3.2).',
    hint: "Add the days, or write `missing: 'null'` on the part.",
    example: {
      fires: snapshots('2025-01-02'),
      passes: snapshots('2025-01-01'),
    },
    check: (context) =>
      featureParts(context).flatMap(({ join, part, at }): Found[] => {
        const { source } = part.groupBy;
        const facts = context.factsOf(source);
        if (source.kind !== 'entities' || source.static === true || facts === undefined) return [];
        if (part.missing === 'null') return [];
        const back = join.left.kind === 'entities' ? 0 : 1;
        const there = new Set(facts.days);
        const wanted = leftDays(context, join).map((day) =>
          plus(day, -back - Math.ceil(part.lagMs / DAY_MS)),
        );
        const missing = wanted.filter((day) => !there.has(day));
        if (missing.length === 0) return [];
        return [{ at, message: `${source.name} has no snapshot of ${some(missing)}.` }];
      }),
  },
  {
    id: 'EVENT_DAYS_MISSING',
    layer: 'backfill',
    severity: 'warning',
    needsFacts: true,
    summary: 'Events have a partition for every day between their first and their last.',
    hint: 'Was it never loaded? An empty file says that the day had no events.',
    example: {
      fires: withFacts('days: 5', `days: 5, without: ['2025-01-03']`),
      passes: withFacts('days: 5', 'days: 5'),
    },
    check: (context) =>
      context.sources
        .filter(({ kind }) => kind === 'events')
        .flatMap((source) => {
          const facts = context.factsOf(source);
          const gaps = facts?.hive === true ? gapsOf(facts.days) : [];
          if (gaps.length === 0) return [];
          return [{ at: source.name, message: `there is no partition of ${some(gaps)}.` }];
        }),
  },
  {
    id: 'SOURCE_ENDS_EARLY',
    layer: 'backfill',
    severity: 'warning',
    needsFacts: true,
    summary: 'A source is as fresh as the left.',
    hint: 'Load the days, or end earlier (`--end`): later rows look back at old values.',
    example: {
      fires: withFacts('days: 20', 'days: 5'),
      passes: withFacts('days: 20', 'days: 20'),
    },
    check: (context) =>
      featureParts(context).flatMap(({ join, part, at }) => {
        const { source } = part.groupBy;
        const last = context.factsOf(source)?.days.at(-1);
        const asked = leftDays(context, join).at(-1);
        if (last === undefined || asked === undefined || source.static === true) return [];
        if (msOf(last) + DAY_MS + part.lagMs >= msOf(asked)) return [];
        return [
          {
            at,
            message: `${source.name} ends on ${last}, and the last left rows are of ${asked}.`,
          },
        ];
      }),
  },
  {
    id: 'LABELS_NEVER_KNOWN',
    layer: 'backfill',
    severity: 'warning',
    needsFacts: true,
    summary: "A label's window ends before the data does, for some row at least (S2.7).",
    hint: 'Shorten the window, or wait for more days: all of the label is null.',
    example: { fires: labelled(20), passes: labelled(60) },
    check: (context) =>
      allParts(context).flatMap(({ join, part, at }) => {
        if (part.ahead === undefined) return [];
        const last = endOf(context, part.groupBy.source, part.ahead.asOfMs);
        const [asked] = leftDays(context, join);
        if (last === undefined || asked === undefined) return [];
        if (msOf(asked) + part.ahead.windowMs <= last) return [];
        return [
          {
            at,
            message: `a window of ${inDays(part.ahead.windowMs)} after ${asked} ends after the data (${formatDay(Math.floor(last / DAY_MS) - 1)}).`,
          },
        ];
      }),
  },
];

/** The instant up to which a label's events are known. */
function endOf(
  context: ValidationContext,
  source: SourceSpec,
  asOfMs: number | undefined,
): number | undefined {
  const last = context.factsOf(source)?.days.at(-1);
  return asOfMs ?? (last === undefined ? undefined : msOf(last) + DAY_MS);
}

function gapsOf(days: readonly string[]): string[] {
  const there = new Set(days);
  const [first, last] = [parseDay(days[0] ?? ''), parseDay(days.at(-1) ?? '')];
  if (first === null || last === null) return [];
  const all = Array.from({ length: last - first + 1 }, (_, at) => formatDay(first + at));
  return all.filter((day) => !there.has(day));
}
