import { countsNothingAsZero, type GroupBySpec } from '@tessera/api';
import { allParts, type ValidationContext } from '../context.js';
import { aggregationName, windowsMs } from '../read-of.js';
import type { Rule } from '../rule.js';

const DAY_MS = 86_400_000;

const each = (context: ValidationContext) =>
  context.allGroupBys
    .filter(({ labelOf }) => labelOf === undefined)
    .map(({ groupBy }) => ({ groupBy, at: context.placeOf(groupBy) }));

const isSnapshotOfEvents = ({ accuracy, source }: GroupBySpec): boolean =>
  accuracy === 'snapshot' && source.kind === 'events';

/** Operations whose answer is a row's, by time. */
const ORDERED = new Set(['FIRST', 'LAST', 'FIRST_K', 'LAST_K', 'RATE_OF_CHANGE']);

/** Options that are legal and do not do what one would think. */
export const EFFECT_RULES: readonly Rule[] = [
  {
    id: 'TAIL_WITHOUT_WINDOW',
    layer: 'consistency',
    severity: 'warning',
    summary: 'A tail is where a window begins: without windows it means nothing.',
    hint: 'Leave `tail` out, or give the aggregation windows.',
    example: {
      fires: `groupBy({ name: 'g', source: payments, keys: ['user_id'], aggregations: [count({ tail: 'exact' })] })`,
      passes: `groupBy({ name: 'g', source: payments, keys: ['user_id'], aggregations: [count({ tail: 'exact', windows: ['1h'] })] })`,
    },
    check: (context) =>
      each(context).flatMap(({ groupBy, at }) => {
        const without = groupBy.aggregations.filter(({ windows }) =>
          windows.every((w) => w === null),
        );
        const own = without
          .filter(({ tail }) => tail !== undefined)
          .map((aggregation) => ({
            at: `${at} › ${aggregationName(aggregation, groupBy)}`,
            message: `\`tail: '${aggregation.tail}'\` has no window to be of.`,
          }));
        const isAll =
          groupBy.tail === 'exact' &&
          without.length > 0 &&
          without.length === groupBy.aggregations.length;
        return isAll ? [...own, { at, message: "`tail: 'exact'` has no window to be of." }] : own;
      }),
  },
  {
    id: 'EMPTY_WITHOUT_COUNTS',
    layer: 'consistency',
    severity: 'warning',
    summary: '`empty` says what counts of nothing are (S5): without counts it means nothing.',
    hint: 'Leave `empty` out: all other operations are null anyway.',
    example: {
      fires: `groupBy({ name: 'g', source: payments, keys: ['user_id'], empty: 'null', aggregations: [sum('amount', { windows: ['7d'] })] })`,
      passes: `groupBy({ name: 'g', source: payments, keys: ['user_id'], empty: 'null', aggregations: [count({ windows: ['7d'] })] })`,
    },
    check: (context) =>
      each(context)
        .filter(
          ({ groupBy }) =>
            groupBy.empty === 'null' &&
            !groupBy.aggregations.some(
              ({ operation, by }) => countsNothingAsZero(operation) && by === undefined,
            ),
        )
        .map(({ at }) => ({ at, message: "`empty: 'null'` is about counts, and there is none." })),
  },
  {
    id: 'SNAPSHOT_WINDOW_BELOW_DAY',
    layer: 'consistency',
    severity: 'warning',
    summary:
      'Windows of a snapshot over events end at midnight: shorter than a day they see one part of every day.',
    hint: "Leave `accuracy: 'snapshot'` out, or use windows of days.",
    example: {
      fires: `groupBy({ name: 'g', source: payments, keys: ['user_id'], accuracy: 'snapshot', aggregations: [count({ windows: ['1h'] })] })`,
      passes: `groupBy({ name: 'g', source: payments, keys: ['user_id'], accuracy: 'snapshot', aggregations: [count({ windows: ['1d'] })] })`,
    },
    check: (context) =>
      each(context)
        .filter(({ groupBy }) => isSnapshotOfEvents(groupBy))
        .flatMap(({ groupBy, at }) =>
          groupBy.aggregations
            .filter((aggregation) => windowsMs(aggregation).some((ms) => ms < DAY_MS))
            .map((aggregation) => ({
              at: `${at} › ${aggregationName(aggregation, groupBy)}`,
              message: `a window below a day is, for all rows of a day, the same stretch before its midnight.`,
            })),
        ),
  },
  {
    id: 'LAG_SPLITS_DAY',
    layer: 'consistency',
    severity: 'warning',
    summary: 'A lag on what is known once a day is of whole days.',
    hint: 'Write the lag in days: rows of one day would else read two.',
    example: {
      fires: `join({ name: 'j', left: payments, parts: [part(shops, { lag: '36h' })] })`,
      passes: `join({ name: 'j', left: payments, parts: [part(shops, { lag: '2d' })] })`,
    },
    check: (context) =>
      allParts(context)
        .filter(
          ({ part }) =>
            part.ahead === undefined &&
            part.groupBy.accuracy === 'snapshot' &&
            part.lagMs % DAY_MS !== 0,
        )
        .map(({ at, part }) => ({
          at,
          message: `a lag of ${part.lagMs / 3_600_000} h moves some rows of a day to the snapshot before.`,
        })),
  },
  {
    id: 'TIE_BREAKER_MISSING',
    layer: 'consistency',
    severity: 'warning',
    summary:
      'Where the first or last row is asked for, the source says which of one millisecond that is (S5.4).',
    hint: "Declare `tieBreaker: '…'` on the source: without, the value itself decides.",
    example: {
      fires: `groupBy({ name: 'g', keys: ['id'], aggregations: [last('n')], source: events({
  name: 'e', path: 'e', columns: { id: 'string', n: 'int64', at: 'timestamp' }, time: 'at',
}) })`,
      passes: `groupBy({ name: 'g', keys: ['user_id'], aggregations: [last('amount')], source: payments })`,
    },
    check: (context) =>
      each(context)
        .filter(
          ({ groupBy: { source } }) => source.kind === 'events' && source.tieBreaker === undefined,
        )
        .flatMap(({ groupBy, at }) =>
          groupBy.aggregations
            .filter(({ operation }) => ORDERED.has(operation))
            .slice(0, 1)
            .map((aggregation) => ({
              at: `${at} › ${aggregationName(aggregation, groupBy)}`,
              message: `${groupBy.source.name} declares no tie breaker: of two events of one millisecond the greater value is the last.`,
            })),
        ),
  },
];
