import { z } from 'zod';
import { formatType, isTime } from '../data-type.js';
import { derivationOrder } from '../derivation-order.js';
import { combineProblems } from '../errors.js';
import type { Expression } from '../expression/tree.js';
import { DS } from '../output-columns.js';
import type { ColumnSpec } from '../spec.js';
import type { Entities, Events } from '../types/definition-types.js';
import type { Derive, NoColumns, Selected } from '../types/derive-type.js';
import type { ColumnsOfType, ColumnTexts, ScalarText, TimeText } from '../types/type-text.js';
import {
  type Columns,
  checkKeys,
  checkScalar,
  findColumn,
  readColumns,
  readWhere,
} from './columns.js';
import { checkDuplicates } from './duplicates.js';
import { checkName } from './names.js';
import { deriveShape, readDerivations } from './read-derivations.js';
import { createReport, type Report } from './report.js';
import { flag, nameOf, oneOf, readShape, text } from './shape.js';

const shared = {
  name: text,
  path: text,
  format: oneOf(['parquet', 'csv']).optional(),
  columns: z.record(z.string(), z.string({ error: "must be a type such as 'int64'" }), {
    error: 'must be an object: column → type',
  }),
  select: deriveShape.optional(),
  where: z.unknown().optional(),
  deprecated: text.optional(),
};

const eventsShape = z.strictObject({
  ...shared,
  time: text,
  tieBreaker: text.optional(),
  eventId: text.optional(),
  allowPre1970: flag.optional(),
});

const entitiesShape = z.strictObject({
  ...shared,
  keys: z.array(text, { error: 'must be an array of column names' }),
  time: text.optional(),
  static: flag.optional(),
  dedupe: z.strictObject({ orderBy: text }, { error: "must be { orderBy: 'column' }" }).optional(),
});

/** What events and entities have in common, checked. */
function readShared(
  definition: {
    readonly name: string;
    readonly path: string;
    readonly format?: 'parquet' | 'csv' | undefined;
    readonly columns: Readonly<Record<string, string>>;
    readonly time?: string | undefined;
    readonly select?: Readonly<Record<string, unknown>> | undefined;
    readonly where?: unknown;
    readonly deprecated?: string | undefined;
  },
  report: Report,
) {
  const { name, path, time } = definition;
  checkName(name, report);
  const stored = { name, ...readColumns(definition.columns, report) };
  const source = { ...stored, columns: withSelected(stored, definition.select ?? {}, report) };
  if (Object.keys(definition.columns).length === 0)
    report.as('COLUMNS_EMPTY').option('columns', 'needs a column');
  if (time !== undefined) checkTime(stored, time, report);
  const where = readWhere(definition.where, source, report);
  const format = definition.format ?? (path.toLowerCase().endsWith('.csv') ? 'csv' : 'parquet');
  const base = {
    name,
    path,
    format,
    columns: source.columns,
    ...(where !== undefined && { where }),
    ...(definition.deprecated !== undefined && { deprecated: definition.deprecated }),
  } as const;
  return { base, source };
}

/** Declared columns, then those that are computed, each after what it reads. */
function withSelected(
  { columns, broken = [] }: Columns,
  select: Readonly<Record<string, unknown>>,
  report: Report,
): readonly ColumnSpec[] {
  const names = [...columns.map(({ name }) => name), ...broken];
  const read = readDerivations(select, { columns: names, labels: [] }, report, 'select');
  if (DS in select)
    report
      .as('RESERVED_NAME')
      .option('select', 'cannot hold `ds`: that is the partition label (S1.2)');
  checkDuplicates(
    read.map(({ name }) => ({ name, origin: () => `selected \`${name}\`` })),
    report.inside('select'),
    'Upper and lower case are one name: rename one of them.',
  );
  const found = derivationOrder(read.filter(({ name }) => name !== DS));
  const order = 'order' in found ? found.order : [];
  return [...columns, ...order.map((one) => ({ ...one, nullable: true }))];
}

function checkTime(source: Columns, time: string, report: Report): void {
  const column = findColumn(source, time, report.inside('time'));
  if (column === undefined || isTime(column.type)) return;
  report
    .as('TIME_TYPE')
    .option(
      'time',
      `cannot be \`${time}\`, which is ${formatType(column.type)}`,
      'A time is timestamp, timestamptz, timestamp_ns, date, epoch_ms, epoch_s or epoch_us: declare an integer as one of the epochs.',
    );
}

export interface EventsDefinition<
  Name extends string,
  C extends ColumnTexts,
  D extends Derive = Derive,
> {
  readonly name: Name;
  /** Relative to the lake folder, or absolute: a file, a folder, or a folder of `ds=YYYY-MM-DD`. */
  readonly path: string;
  /** Default parquet; csv for a path that ends in `.csv`. */
  readonly format?: 'parquet' | 'csv';
  /** Column → type; `'string!'` = never null. */
  readonly columns: C;
  /** The column that says when an event happened; its type says how it is read (S1.1). */
  readonly time: ColumnsOfType<C, TimeText>;
  /** Orders events of one millisecond (S5.4). */
  readonly tieBreaker?: ColumnsOfType<Selected<C, D>, ScalarText>;
  /** Rows of one partition with an equal id are one event (S1.5). */
  readonly eventId?: ColumnsOfType<Selected<C, D>, ScalarText>;
  /** More columns: name → expression over declared columns and each other. A double unless declared. */
  readonly select?: D;
  /** Only rows for which this is true exist. */
  readonly where?: string | Expression;
  /** Times before 1970 are legal (S1.3). */
  readonly allowPre1970?: boolean;
  /** Why it is not to be used any more, and what instead. */
  readonly deprecated?: string;
}

/**
 * A source of events: rows that happened at an instant.
 *
 * Throws   every problem of the definition at once (TesseraError.problems).
 */
export function events<
  const Name extends string,
  const C extends ColumnTexts,
  const D extends Derive = NoColumns,
>(definition: EventsDefinition<Name, C, D>): Events<Name, Selected<C, D>> {
  const report = createReport(nameOf(definition, 'events'));
  const shape = readShape(eventsShape, definition, report);
  if (shape === undefined) throw combineProblems(report.problems);
  const { base, source } = readShared(shape, report);
  for (const option of ['tieBreaker', 'eventId'] as const) {
    checkScalar(source, { option, column: shape[option] }, report.inside(option));
  }
  report.settle();
  return {
    kind: 'events',
    ...base,
    // The shape was parsed from this very value, whose name is `Name`.
    name: definition.name,
    time: shape.time,
    ...(shape.tieBreaker !== undefined && { tieBreaker: shape.tieBreaker }),
    ...(shape.eventId !== undefined && { eventId: shape.eventId }),
    ...(shape.allowPre1970 === true && { allowPre1970: true }),
  };
}

export interface EntitiesDefinition<
  Name extends string,
  C extends ColumnTexts,
  K extends readonly string[],
  D extends Derive = Derive,
> {
  readonly name: Name;
  /** As for events; one full dump per `ds` (S3.2), or one file with `static`. */
  readonly path: string;
  readonly format?: 'parquet' | 'csv';
  readonly columns: C;
  /** The columns that identify a row. */
  readonly keys: K;
  /** Needed for windows over the rows of a dump. */
  readonly time?: ColumnsOfType<C, TimeText>;
  /** As for events. */
  readonly select?: D;
  readonly where?: string | Expression;
  /** One unpartitioned file that holds for every day (S1.6). */
  readonly static?: boolean;
  /** Of rows with one key, the greatest by this column wins; without it they are an error (S3.3). */
  readonly dedupe?: { readonly orderBy: ColumnsOfType<C, ScalarText> };
  /** As for events. */
  readonly deprecated?: string;
}

/**
 * A source of entities: a full dump of state per day.
 *
 * Throws   every problem of the definition at once (TesseraError.problems).
 */
export function entities<
  const Name extends string,
  const C extends ColumnTexts,
  const K extends readonly ColumnsOfType<C, ScalarText>[],
  const D extends Derive = NoColumns,
>(definition: EntitiesDefinition<Name, C, K, D>): Entities<Name, Selected<C, D>, K> {
  const report = createReport(nameOf(definition, 'entities'));
  const shape = readShape(entitiesShape, definition, report);
  if (shape === undefined) throw combineProblems(report.problems);
  const { base, source } = readShared(shape, report);
  checkKeys(source, shape.keys, report);
  const orderBy = { option: 'dedupe.orderBy', column: shape.dedupe?.orderBy };
  checkScalar(source, orderBy, report.inside('dedupe.orderBy'));
  report.settle();
  return {
    kind: 'entities',
    ...base,
    name: definition.name,
    keys: shape.keys,
    ...(shape.time !== undefined && { time: shape.time }),
    ...(shape.static === true && { static: true }),
    ...(shape.dedupe !== undefined && { dedupe: shape.dedupe }),
  };
}
