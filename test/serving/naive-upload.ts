import {
  type AggregateState,
  type Value as AlgebraValue,
  aggregateState,
  bucketed,
  byteWriter,
  kindOf,
  nearestDoubles,
  type ScalarValue,
  stateConfig,
} from '@tessera/algebra';
import {
  DAY_MS,
  type DataType,
  dayOf,
  definitionHash,
  floorDiv,
  formatDay,
  formatType,
  type GroupBySpec,
  type JoinSpec,
  type PartSpec,
  parseDay,
  parseDayNumber,
  parseInstantNs,
  parseWindow,
  partColumns,
  type RowValue,
} from '@tessera/api';
import {
  type AxisStates,
  axisOf,
  type Entry,
  entryKey,
  isServed,
  loadVersion,
  memoryStore,
  pieceAt,
  queryInstant,
  SERVED_FORMAT,
  SERVED_MS,
  type ServedPart,
  type ServedRows,
  type ServedState,
  type ServedStates,
  type ServedUnit,
  type Store,
  sealValue,
  unitName,
  unitParts,
  writeRow,
  writeStates,
} from '@tessera/kv-writer';
import { contributions, type SourceRow, sourceRows } from '../oracle/naive.js';
import { type Feature, featuresOf } from '../oracle/names.js';
import type { Row, Tables, Value } from '../oracle/types.js';
import { typeOf, unscaled } from '../oracle/values.js';

/**
 * What an upload holds, made the slow and obvious way: every event is added to the state of its piece by the algebra. No
 * tiles, no kernels, no files. `tables` are given as they were at the as-of instant.
 */
export function naiveUpload(
  definition: JoinSpec | GroupBySpec,
  tables: Tables,
  asOfMs: number,
): { readonly served: ServedUnit; readonly entries: readonly Entry[] } {
  const made = unitParts(definition)
    .filter(({ part }) => isServed(part))
    .map(({ part, idx }) => naivePart(definition, part, idx, tables, asOfMs));
  const entries = made.flatMap((one) => one.entries);
  return {
    served: {
      format: SERVED_FORMAT,
      kind: definition.kind,
      name: definition.name,
      definitionHash: definitionHash(definition),
      inputHash: `${definitionHash(definition)} ${asOfMs}`,
      asOfMs,
      parts: made.map(({ part }) => part),
      files: made.map(() => ''),
    },
    entries: entries.sort((a, b) => Buffer.compare(a.key, b.key)),
  };
}

/** Uploads to a store, by default one in memory, as the current version. */
export async function uploadNaively(
  definition: JoinSpec | GroupBySpec,
  tables: Tables,
  asOfMs: number,
  store: Store = memoryStore(),
): Promise<Store> {
  const { served, entries } = naiveUpload(definition, tables, asOfMs);
  await loadEntries(store, served, entries);
  return store;
}

export async function loadEntries(
  store: Store,
  served: ServedUnit,
  entries: readonly Entry[],
): Promise<string> {
  const { version } = await loadVersion(store, {
    unit: unitName(served),
    asOfMs: served.asOfMs,
    served,
    inputHash: `${served.inputHash} ${Math.random()}`,
    async *runs() {
      if (entries.length > 0) yield entries;
    },
  });
  return version;
}

interface MadePart {
  readonly part: ServedPart;
  readonly entries: readonly Entry[];
}

function naivePart(
  definition: JoinSpec | GroupBySpec,
  part: PartSpec,
  idx: number,
  tables: Tables,
  asOfMs: number,
): MadePart {
  const { groupBy, lagMs } = part;
  const { source } = groupBy;
  const timing = {
    lagMs,
    inclusive: part.at === 'inclusive',
    snapshot: groupBy.accuracy === 'snapshot',
  };
  const given = tables[source.name] ?? [];
  const byDay = source.kind === 'entities' && source.static !== true;
  const firstMs = asOfMs - lagMs;
  const rows = sourceRows(source, given);
  const days = byDay
    ? [...new Set(given.map(({ ds }) => parseDay(String(ds))!))].sort((a, b) => a - b)
    : null;
  const last = part.missing === 'null' ? dayOf(asOfMs) - 1 : (days?.at(-1) ?? 0);
  const base = {
    part: idx,
    groupBy: groupBy.name,
    keys: part.keys.map(({ right }) => {
      const type = typeOf(source, right);
      return { column: right, type: formatType(type), kind: kindOf(type) };
    }),
    ...timing,
    firstMs,
    lastMs: byDay ? Math.min(firstMs + SERVED_MS, (last + 2) * DAY_MS - 1) : firstMs + SERVED_MS,
    days: days && { present: days, missing: part.missing },
    fingerprint: '0123456789abcdef',
  };
  const groups = (day: number | null) =>
    byKey(groupBy, day === null ? rows : rows.filter(({ ds }) => ds === formatDay(day)));
  if (groupBy.aggregations.length === 0) {
    const columns = partColumns(part, idx).map(({ input, hash, type }) => ({
      name: input ?? '',
      hash,
      type: formatType(type),
    }));
    const spec: ServedRows = { ...base, holds: 'rows', columns };
    return {
      part: spec,
      entries: (days ?? [null]).flatMap((day) => rowEntries(spec, part, groups(day), day)),
    };
  }
  const lastInstant = queryInstant(timing, base.lastMs + lagMs);
  const { axes, states, features } = plannedStates(definition, part, idx);
  const spec: ServedStates = {
    ...base,
    holds: 'states',
    knownMs: source.static === true ? lastInstant : Math.min(asOfMs, lastInstant),
    axes,
    states,
  };
  const entries = (days ?? [null]).flatMap((day) => stateEntries(spec, features, groups(day), day));
  return { part: spec, entries };
}

interface Keyed {
  readonly values: readonly ScalarValue[];
  readonly rows: readonly SourceRow[];
}

function byKey({ source, keys }: GroupBySpec, rows: readonly SourceRow[]): readonly Keyed[] {
  const found = new Map<string, { values: ScalarValue[]; rows: SourceRow[] }>();
  for (const row of rows) {
    const values = keys.map((key) => algebraValue(typeOf(source, key), row.row[key] ?? null));
    if (values.includes(null)) continue;
    const text = values.map((value) => `${typeof value} ${String(value).length} ${value}`).join();
    const own = found.get(text) ?? { values: values as ScalarValue[], rows: [] };
    own.rows.push(row);
    found.set(text, own);
  }
  return [...found.values()];
}

function plannedStates(definition: JoinSpec | GroupBySpec, part: PartSpec, idx: number) {
  const { groupBy } = part;
  const { source } = groupBy;
  const columns = partColumns(part, idx);
  const join: JoinSpec = { kind: 'join', name: 'one', left: source, parts: [part] };
  const own = featuresOf(join);
  const states: ServedState[] = [];
  const axes: { windowsMs: (number | null)[] }[] = [];
  const features: Feature[] = [];
  groupBy.aggregations.forEach((aggregation, aggregationIdx) => {
    const { operation, by, input, windows, percentiles, maxDistinct } = aggregation;
    const windowsMs = [...new Set(windows.map((one) => (one === null ? null : parseWindow(one))))];
    const type = (name: string | undefined) => (name === undefined ? null : typeOf(source, name));
    axes.push({ windowsMs });
    features.push(own.find((one) => one.aggregation === aggregation)!);
    const counts = ['COUNT', 'UNIQUE_COUNT', 'APPROX_UNIQUE_COUNT'].includes(operation);
    states.push({
      axis: aggregationIdx,
      operation,
      machine: {
        ...stateConfig(aggregation, { input: type(input), tie: type(source.tieBreaker) }),
        ...(by !== undefined && { byKind: kindOf(typeOf(source, by)) }),
      },
      columns: columns
        .filter((column) => column.aggregationIdx === aggregationIdx)
        .map((column) => ({
          name: column.name,
          hash: column.hash,
          type: formatType(column.type),
          operation,
          windowMs: column.window === null ? null : parseWindow(column.window),
          nullWhenEmpty: groupBy.empty === 'null' || !counts,
          ...(percentiles && { percentiles }),
          ...(maxDistinct !== undefined && { maxDistinct }),
        })),
    });
  });
  return { axes, states, features, definition };
}

function stateEntries(
  spec: ServedStates,
  features: readonly Feature[],
  keyed: readonly Keyed[],
  day: number | null,
): readonly Entry[] {
  return keyed.map(({ values, rows }) => {
    const axes = spec.states.map((state, at): AxisStates => {
      const axis = axisOf(spec, at, day);
      const { byKind, ...config } = state.machine;
      const inner = aggregateState(state.operation, config);
      const machine = (
        byKind === undefined ? inner : bucketed(inner, byKind)
      ) as AggregateState<unknown>;
      const made = new Map<number, unknown>();
      const feature = features[at]!;
      for (const { bucket, contribution } of contributions(feature, rows)) {
        // Rows without a time are there whenever they are read.
        const isTimeless = feature.part.groupBy.source.time === undefined;
        const piece = isTimeless ? 0 : pieceAt(axis, contribution.tMs);
        if (piece < 0) continue;
        const into = made.get(piece) ?? machine.init();
        made.set(piece, into);
        const value = given(feature, contribution.value, contribution.weight);
        const { source } = feature.part.groupBy;
        const tie =
          source.tieBreaker === undefined
            ? null
            : algebraValue(typeOf(source, source.tieBreaker), contribution.tie);
        const by = feature.aggregation?.by;
        machine.update(
          into,
          by === undefined ? value : [algebraValue(typeOf(source, by), bucket), value],
          contribution.tMs,
          tie,
        );
      }
      const pieces = [...made.keys()].sort((a, b) => a - b);
      return { pieces, states: [pieces.map((piece) => machine.encode(made.get(piece)))] };
    });
    const writer = byteWriter();
    writeStates(writer, axes);
    return { key: entryKey(spec, day, values), value: sealValue(spec.fingerprint, writer.bytes()) };
  });
}

function given(feature: Feature, value: Value, weight: number): AlgebraValue {
  const { aggregation, inputType } = feature;
  if (inputType === undefined) return 1;
  const whole = Array.isArray(value);
  const type = inputType.kind === 'list' && !whole ? inputType.element : inputType;
  const own = algebraValue(type, value);
  const isVector =
    aggregation!.operation === 'VECTOR_SUM' || aggregation!.operation === 'VECTOR_AVERAGE';
  const taken = isVector ? nearestDoubles(inputType, own) : own;
  return aggregation!.weight === undefined ? taken : [taken, weight];
}

function rowEntries(
  spec: ServedRows,
  part: PartSpec,
  keyed: readonly Keyed[],
  day: number | null,
): readonly Entry[] {
  const { source } = part.groupBy;
  const orderBy = source.dedupe?.orderBy;
  return keyed.map(({ values, rows }) => {
    const rank = (row: Row) => (orderBy === undefined ? 0 : Number(row[orderBy] ?? -Infinity));
    const row = [...rows].sort((a, b) => rank(a.row) - rank(b.row)).at(-1)!.row;
    const types = spec.columns.map(({ name }) => typeOf(source, name));
    const writer = byteWriter();
    writeRow(
      writer,
      types,
      spec.columns.map(({ name }, at) => algebraValue(types[at]!, row[name] ?? null) as RowValue),
    );
    return { key: entryKey(spec, day, values), value: sealValue(spec.fingerprint, writer.bytes()) };
  });
}

/** A value of a table as the algebra holds it. */
export function algebraValue(type: DataType, value: Value): AlgebraValue {
  if (value === null) return null;
  switch (type.kind) {
    case 'list':
      return (value as Value[]).map((one) => algebraValue(type.element, one));
    case 'decimal':
      return unscaled(String(value), type.scale);
    case 'date':
      return parseDayNumber(String(value));
    case 'timestamp':
    case 'timestamptz':
      return floorDiv(parseInstantNs(String(value))!, 1000n);
    case 'timestamp_ns':
      return parseInstantNs(String(value));
    case 'int64':
    case 'epoch_ms':
    case 'epoch_s':
    case 'epoch_us':
      return BigInt(value as bigint);
    default:
      return value as AlgebraValue;
  }
}
