import { z } from 'zod';
import { LABEL } from '../column-names.js';
import { DAY_MS, parseDay } from '../day.js';
import { addInputColumns, withoutInputColumns } from '../input-columns.js';
import {
  type ColumnSpec,
  type GroupBySpec,
  type LabelSpec,
  OPERATIONS,
  type SourceSpec,
} from '../spec.js';
import { parseWindow } from '../window.js';
import { checkKeys } from './columns.js';
import { isSource } from './group-by.js';
import { readKeys } from './part.js';
import { builderName, readAggregation } from './read-aggregation.js';
import { inputText } from './read-input.js';
import type { Report } from './report.js';
import { oneOf, readShape, text } from './shape.js';

const names = new Map(OPERATIONS.map((operation) => [builderName(operation), operation]));

function areKeys(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const names = Object.values(value);
  return names.length > 0 && names.every((name) => typeof name === 'string' && name !== '');
}

const labelShape = z.looseObject({
  operation: z.enum([...names.keys()], {
    error: `must be one of ${[...names.keys()].join(', ')}`,
  }),
  windows: z
    .array(z.string({ error: 'must be lengths of time: a label is never unbounded' }), {
      error: 'must be an array of windows: a label is never unbounded',
    })
    .min(1, { error: 'needs at least one: a label is never unbounded' }),
  keys: z.custom<readonly string[] | Readonly<Record<string, string>>>(areKeys, {
    error: 'must be left columns, or an object: left column → column of the source; at least one',
  }),
  source: z
    .custom<SourceSpec>((value) => isSource(value) && value.kind === 'events', {
      error: 'must be what events(…) returned',
    })
    .optional(),
  empty: oneOf(['zero', 'null']).optional(),
  asOf: text.optional(),
});

/** Options of features that a label cannot have, and why. */
const REFUSED = {
  tail: 'is no option of a label: its windows are exact',
  lag: 'is no option of a label: it looks ahead, and a lag looks back',
  at: 'is no option of a label: an event at the row’s own time counts',
  accuracy: 'is no option of a label: it is made at the row’s own time',
} as const;

/**
 * A label as `ahead` made it → a spec per window, checked against the left. `report` is the join's.
 * Returns none after adding its problems.
 */
export function readLabel(draft: unknown, left: SourceSpec, report: Report): LabelSpec[] {
  const { kind, options } = (draft ?? {}) as Readonly<Record<string, unknown>>;
  if (kind !== 'ahead' || typeof options !== 'object' || options === null) {
    report.as('NOT_A_LABEL').option('labels', 'must hold ahead(…)');
    return [];
  }
  const own = report.inside(describeLabel(options));
  const before = report.problems.length;
  for (const [option, reason] of Object.entries(REFUSED))
    if (option in options) own.as('LABEL_OPTION').option(option, reason);
  const shape = readShape(labelShape, options, own);
  if (shape === undefined || report.problems.length > before) return [];
  const { operation, windows, keys, source: given = left, empty = 'zero', asOf, ...rest } = shape;
  const source = withoutInputColumns(given);
  if (source.kind !== 'events') {
    own
      .as('LABEL_NEEDS_SOURCE')
      .option(
        'source',
        `must be given: the left (${left.name}) is entities, and a label is made of events`,
      );
    return [];
  }
  const pairs = Array.isArray(keys) ? keys.map((key) => [key, key] as const) : Object.entries(keys);
  const right = pairs.map(([, key]) => key);
  checkKeys(source, right, own);
  const read = readAggregation(
    { ...rest, operation: names.get(operation), windows },
    { source, tail: 'exact' },
    own,
  );
  const asOfMs = asOf === undefined ? undefined : readAsOf(asOf, own);
  if (read === undefined || report.problems.length > before) return [];
  const groupBy = (window: string): GroupBySpec => ({
    kind: 'groupBy',
    name: LABEL,
    source: addInputColumns(source, read.computed),
    keys: right,
    aggregations: [{ ...read.spec, windows: [window] }],
    accuracy: 'temporal',
    tail: 'exact',
    empty,
    online: false,
  });
  const first = groupBy(windows[0]!);
  const mapping = Object.fromEntries(pairs);
  const partKeys = readKeys({ mapping, groupBy: first, left, ofLabel: true }, own);
  if (report.problems.length > before) return [];
  return windows.map((window) => {
    const windowMs = parseWindow(window);
    return {
      groupBy: groupBy(window),
      keys: partKeys,
      lagMs: -windowMs,
      at: 'strict',
      missing: 'error',
      ahead: { windowMs, ...(asOfMs !== undefined && { asOfMs }) },
    };
  });
}

/** `ahead('is_fraud')`: how a problem's place names a label. `columns` as `inputText` has them. */
export function describeLabel(options: object, columns?: readonly ColumnSpec[]): string {
  const { input } = options as { readonly input?: unknown };
  return `ahead(${inputText(input, columns)})`;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

/** An instant, or a day, which stands for its end as a source's last `ds` does. */
function readAsOf(asOf: string, report: Report): number | undefined {
  const day = parseDay(asOf);
  if (day !== null) return (day + 1) * DAY_MS;
  const ms = INSTANT.test(asOf) ? Date.parse(asOf) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  report
    .as('LABEL_AS_OF')
    .option(
      'asOf',
      `is neither a day nor an instant: \`${asOf}\``,
      "Write '2025-03-31', which stands for its end, or '2025-03-31T18:00:00Z'.",
    );
  return undefined;
}
