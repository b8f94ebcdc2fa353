import { z } from 'zod';
import { formatType, isNumeric } from '../data-type.js';
import { shorten } from '../expression/limits.js';
import { parseExpressionText } from '../expression/parse.js';
import { partsOf } from '../expression/walk.js';
import { addInputColumns, columnText, isInputColumn } from '../input-columns.js';
import { describeInput, describeType, takesType } from '../operation-rules.js';
import {
  type AggregationSpec,
  type ColumnSpec,
  OPERATIONS,
  type Operation,
  type SourceSpec,
} from '../spec.js';
import { MIN_SAWTOOTH_MS, parseWindow, type Tail } from '../window.js';
import { DEFAULT_MAX_DISTINCT, OWN_OPTIONS } from './aggregations.js';
import { type Columns, checkScalar, findColumn, readWhere } from './columns.js';
import { checkPiece } from './names.js';
import { inputText, isExpressionDraft, readInput } from './read-input.js';
import type { Report } from './report.js';
import { oneOf, readShape, text, wholeNumber } from './shape.js';

const shared = {
  operation: z.enum(OPERATIONS, { error: 'must be made by a function such as sum or count' }),
  input: text.optional(),
  windows: z
    .array(z.string().nullable(), { error: 'must be an array of windows' })
    .min(1, { error: 'must not be empty; leave it out for an unbounded window' })
    .optional(),
  where: z.unknown().optional(),
  by: text.optional(),
  as: text.optional(),
  tail: oneOf(['sawtooth', 'exact']).optional(),
};

const percentile = z.number({ error: 'must be numbers from 0 to 100' });

const plainShape = z.strictObject(shared);
const weightedShape = z.strictObject({ ...shared, weight: text });
const kShape = z.strictObject({ ...shared, k: wholeNumber });
const frequentShape = z.strictObject({
  ...shared,
  k: wholeNumber,
  maxDistinct: wholeNumber.optional(),
});
const percentileShape = z.strictObject({
  ...shared,
  percentiles: z
    .array(percentile, { error: 'must be an array of numbers from 0 to 100' })
    .min(1, { error: 'must not be empty' }),
});

/** Arguments that only some operations have; absent for the others. */
type Arguments = Pick<AggregationSpec, 'k' | 'percentiles' | 'maxDistinct' | 'weight'>;
type Shape = z.output<typeof plainShape> & Arguments;

function shapeOf(operation: unknown) {
  switch (operation) {
    case 'WEIGHTED_AVERAGE':
      return weightedShape;
    case 'FIRST_K':
    case 'LAST_K':
    case 'TOP_K':
    case 'BOTTOM_K':
      return kShape;
    case 'TOP_K_FREQUENT':
      return frequentShape;
    case 'APPROX_PERCENTILE':
      return percentileShape;
    default:
      return plainShape;
  }
}

/** The function a user writes for an operation: `topKFrequent`. */
export function builderName(operation: Operation): string {
  return operation.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * `sum('amount')`, `sum(amount * rate)`: how a problem's place names an aggregation, whatever it is. `columns` as `inputText`
 * has them.
 */
export function describeAggregation(draft: unknown, columns?: readonly ColumnSpec[]): string {
  const { operation, input } = (typeof draft === 'object' && draft !== null ? draft : {}) as Record<
    string,
    unknown
  >;
  const known = OPERATIONS.find((name) => name === operation);
  if (known === undefined) return 'aggregations';
  return `${builderName(known)}(${inputText(input, columns)})`;
}

/** What of its groupBy an aggregation is checked against. */
interface Home {
  readonly source: SourceSpec;
  readonly tail: Tail;
}

export interface ReadAggregation {
  readonly spec: AggregationSpec;
  /** What it takes and the source is to compute. */
  readonly computed: readonly ColumnSpec[];
}

/**
 * One aggregation as its builder made it → its spec, checked against the source's columns.
 * `report` is the groupBy's. Returns undefined after adding its problems.
 */
export function readAggregation(
  draft: unknown,
  home: Home,
  report: Report,
): ReadAggregation | undefined {
  const { operation } = (draft ?? {}) as { readonly operation?: unknown };
  if ((draft as { readonly kind?: unknown } | null)?.kind === 'ahead') {
    report
      .as('AHEAD_AMONG_FEATURES')
      .option(
        'aggregations',
        'cannot hold ahead(…): a feature never looks into the future',
        'It is a label: put it under `labels` of the join.',
      );
    return undefined;
  }
  if (!OPERATIONS.some((known) => known === operation)) {
    report
      .as('NOT_AN_AGGREGATION')
      .option('aggregations', 'must hold what count(…), sum(…) and the like returned');
    return undefined;
  }
  const before = report.problems.length;
  const own = report.inside(describeAggregation(draft));
  const { source } = home;
  const { named, computed, takes } = withNames(draft as object, source, own);
  // Each shape is `plainShape` and some of `Arguments`.
  const shape = readShape(shapeOf(operation), named, own) as Shape | undefined;
  if (shape === undefined) return undefined;
  checkInput(shape, takes, own);
  checkScalar(source, { option: 'by', column: shape.by }, own);
  if (shape.weight !== undefined) checkWeight(shape.weight, takes, own);
  if (shape.as !== undefined) checkPiece('as', shape.as, own);
  checkWindows(shape, home, own);
  checkPercentiles(shape.percentiles ?? [], own);
  const where = readWhere(shape.where, source, own);
  if (report.problems.length > before) return undefined;
  const spec: AggregationSpec = {
    operation: shape.operation,
    ...(shape.input !== undefined && { input: shape.input }),
    windows: shape.windows ?? [null],
    ...(shape.k !== undefined && { k: shape.k }),
    ...(shape.percentiles !== undefined && { percentiles: shape.percentiles }),
    ...(shape.operation === 'TOP_K_FREQUENT' && {
      maxDistinct: shape.maxDistinct ?? DEFAULT_MAX_DISTINCT,
    }),
    ...(shape.weight !== undefined && { weight: shape.weight }),
    ...(where !== undefined && { where }),
    ...(shape.by !== undefined && { by: shape.by }),
    ...(shape.as !== undefined && { as: shape.as }),
    ...(shape.tail !== undefined && { tail: shape.tail }),
  };
  return { spec, computed };
}

/** Stands for an expression whose problems are told. */
const BROKEN = '__input_';

/** A draft with columns where expressions were, these columns, and a source that has them. */
function withNames(draft: object, source: SourceSpec, report: Report) {
  const named = withoutKept(draft, report);
  if (named.input !== undefined && !isColumnOrExpression(named.input)) {
    report.option('column', 'must be the name of a column, or an expression');
    named.input = BROKEN;
  }
  const computed: ColumnSpec[] = [];
  for (const option of ['input', 'weight']) {
    const written = named[option];
    if (!isExpressionDraft(written)) continue;
    const isInput = option === 'input';
    const column = readInput(written, source, isInput ? report : report.inside(option));
    if (column !== undefined) computed.push(column);
    named[option] = column?.name ?? BROKEN;
    if (isInput && named.as === undefined)
      report
        .as('AS_MISSING')
        .option(
          'as',
          'is missing: an expression has no name that its column could have',
          "Name it, `as: 'spent'`: that stands in the place of input and operation.",
        );
  }
  const takes: Columns = { ...addInputColumns(source, computed), broken: [BROKEN] };
  return { named, computed, takes };
}

const isColumnOrExpression = (input: unknown): boolean =>
  (typeof input === 'string' && input !== '') || isExpressionDraft(input);

/** A draft without what its builder kept for a groupBy to refuse. */
function withoutKept(draft: object, report: Report): Record<string, unknown> {
  const { options, ...rest } = draft as Readonly<Record<string, unknown>>;
  if (options === undefined) return rest;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    report.option('options', 'must be an object');
    return rest;
  }
  const lost = Object.keys(options).filter((option) => OWN_OPTIONS.includes(option));
  for (const option of lost)
    report
      .as('UNKNOWN_OPTION')
      .option(
        option,
        'is no option here',
        'The function is the operation, and its first argument what is aggregated.',
      );
  return lost.length > 0 ? rest : { ...draft };
}

function checkInput(shape: Shape, source: Columns, report: Report): void {
  const { operation, input } = shape;
  if (input === undefined) {
    if (operation !== 'COUNT')
      report.as('INPUT_MISSING').option('column', 'is missing: name what is aggregated');
    return;
  }
  const column = lookUp(source, input, report);
  if (column === undefined || takesType(operation, column.type)) return;
  report.add('OPERATION_TYPE', {
    operation: builderName(operation),
    column: columnText(source.columns, column.name),
    type: describeType(operation, column.type),
    accepts: describeInput(operation),
    columns: source.columns
      .filter((other) => !isInputColumn(other) && takesType(operation, other.type))
      .map((other) => other.name),
  });
}

/** Text is a name, also where it was meant as more. */
function lookUp(source: Columns, name: string, report: Report): ColumnSpec | undefined {
  const isThere = source.columns.some((column) => column.name === name);
  return findColumn(source, name, report, isThere ? undefined : adviceOn(name));
}

function adviceOn(text: string): string | undefined {
  const parsed = parseExpressionText(text);
  if (!('expression' in parsed) || partsOf(parsed.expression).length === 0) return undefined;
  const quoted = text.includes("'") ? JSON.stringify(text) : `'${text}'`;
  return `Is it an expression? Write expr(${shorten(quoted)}).`;
}

function checkWeight(weight: string, source: Columns, report: Report): void {
  const column = lookUp(source, weight, report);
  if (column === undefined || isNumeric(column.type)) return;
  const type = formatType(column.type);
  const text = columnText(source.columns, weight);
  report
    .as('WEIGHT_TYPE')
    .option('weight', `must be a column of numbers, and \`${text}\` is ${type}`);
}

/** S2.5, and S3.2: windows over entities need their time. */
function checkWindows(shape: Shape, home: Home, report: Report): void {
  const tail = shape.tail ?? home.tail;
  const windows = (shape.windows ?? []).filter((window) => window !== null);
  for (const window of windows) {
    const ms = report.attempt(() => parseWindow(window));
    if (ms !== undefined && tail === 'sawtooth' && ms < MIN_SAWTOOTH_MS) {
      report
        .as('WINDOW_BELOW_HOP')
        .add(
          'BAD_WINDOW',
          { window, reason: 'is shorter than 5 minutes, the hop of a sawtooth tail' },
          "Use '5m' or longer, or `tail: 'exact'` (offline only).",
        );
    }
  }
  if (windows.length > 0 && home.source.time === undefined) {
    report
      .as('WINDOW_WITHOUT_TIME')
      .option(
        'windows',
        `need a time column, and ${home.source.name} declares none`,
        "Declare `time: '…'` on the entities, or leave the windows out.",
      );
  }
}

function checkPercentiles(percentiles: readonly number[], report: Report): void {
  const seen = new Set<number>();
  for (const percentile of percentiles) {
    if (!(percentile >= 0 && percentile <= 100)) {
      report.as('PERCENTILE_RANGE').option('percentiles', `are 0 to 100, not ${percentile}`);
    } else if (percentile > 0 && percentile < 1) {
      const meant = Number((percentile * 100).toPrecision(12));
      const reason = `are 0 to 100, and ${percentile} looks like a fraction`;
      report.as('PERCENTILE_FRACTION').option('percentiles', reason, `Did you mean \`${meant}\`?`);
    }
    if (seen.has(percentile))
      report.as('PERCENTILE_REPEATED').option('percentiles', `name ${percentile} twice`);
    seen.add(percentile);
  }
}
