import {
  type AggregationSpec,
  type DataType,
  type GroupBySpec,
  type OutputColumn,
  type PartSpec,
  parseWindow,
} from '@tessera/api';
import type { FeaturePlan, LanePlan } from './plan.js';

/** Operations that take a list as one value (S5.6). */
const WHOLE_LIST = new Set(['FIRST', 'LAST', 'FIRST_K', 'LAST_K', 'VECTOR_SUM', 'VECTOR_AVERAGE']);

const TIED = new Set(['FIRST', 'LAST', 'FIRST_K', 'LAST_K', 'RATE_OF_CHANGE']);

/** Lanes, dictionaries and features of one scan while it is being put together; equal reads become one lane. */
export interface ScanDraft {
  readonly id: string;
  readonly lanes: Map<string, LanePlan>;
  readonly dictionaries: Map<string, { column: string; isList: boolean }>;
  /** Ids of dictionaries whose strings come out or are told apart; those of others only order rows. */
  readonly valued: Set<string>;
  tie: string | null;
}

const isFloat = (type: DataType) => type.kind === 'float' || type.kind === 'double';
const element = (type: DataType) => (type.kind === 'list' ? type.element : type);
const hasStrings = (type: DataType) => element(type).kind === 'string';
const BOOLEAN: DataType = { kind: 'boolean' };

function columnType(groupBy: GroupBySpec, name: string): DataType {
  const column = groupBy.source.columns.find((c) => c.name === name);
  if (!column) throw new Error(`column ${name} is not in ${groupBy.source.name}`);
  return column.type;
}

function addLane(draft: ScanDraft, read: LanePlan['read'], type: DataType): string {
  const text = JSON.stringify(read);
  const known = draft.lanes.get(text);
  if (known) return known.name;
  const lane = { name: `l${draft.lanes.size}`, read, type };
  draft.lanes.set(text, lane);
  return lane.name;
}

function dictionaryOf(draft: ScanDraft, column: string, type: DataType): string {
  const id = `${draft.id}.${column}`;
  draft.dictionaries.set(id, { column, isList: type.kind === 'list' });
  return id;
}

interface CodedLane {
  readonly lane: string;
  readonly dictionary: string | null;
}

/** A lane whose values are compared: strings become dictionary codes. */
function orderedLane(draft: ScanDraft, column: string, type: DataType): CodedLane {
  if (!hasStrings(type))
    return { lane: addLane(draft, { how: 'column', column }, type), dictionary: null };
  const dictionary = dictionaryOf(draft, column, type);
  return { lane: addLane(draft, { how: 'code', column, dictionary }, type), dictionary };
}

/** A lane whose values come out again too. */
function valueLane(draft: ScanDraft, column: string, type: DataType): CodedLane {
  const read = orderedLane(draft, column, type);
  if (read.dictionary !== null) draft.valued.add(read.dictionary);
  return read;
}

function inputLane(
  draft: ScanDraft,
  groupBy: GroupBySpec,
  aggregation: AggregationSpec,
): { lane: string | null; type: DataType | null; dictionary: string | null } {
  const column = aggregation.input;
  if (column === undefined) return { lane: null, type: null, dictionary: null };
  const type = columnType(groupBy, column);
  // A count needs to know which rows are null, never the values; floats are read because ±Infinity is null (S4.4).
  if (aggregation.operation === 'COUNT' && !isFloat(element(type))) {
    const flags: DataType = type.kind === 'list' ? { kind: 'list', element: BOOLEAN } : BOOLEAN;
    return {
      lane: addLane(draft, { how: 'not-null', column }, flags),
      type: flags,
      dictionary: null,
    };
  }
  if (aggregation.operation === 'APPROX_UNIQUE_COUNT' && hasStrings(type)) {
    return { lane: addLane(draft, { how: 'hll', column }, type), type, dictionary: null };
  }
  const value = valueLane(draft, column, type);
  return { lane: value.lane, type, dictionary: value.dictionary };
}

function tieLane(draft: ScanDraft, groupBy: GroupBySpec): void {
  const column = groupBy.source.tieBreaker;
  if (column === undefined || draft.tie !== null) return;
  draft.tie = orderedLane(draft, column, columnType(groupBy, column)).lane;
}

/** Feature plans of one part: one per output column, in order. */
export function partFeatures(
  draft: ScanDraft,
  part: PartSpec,
  partIdx: number,
  columns: readonly { readonly column: OutputColumn; readonly outputIdx: number }[],
  query: string,
): FeaturePlan[] {
  const { groupBy } = part;
  const features: FeaturePlan[] = [];
  const known = new Map<AggregationSpec, FeaturePlan>();
  for (const { column, outputIdx } of columns) {
    const common = {
      scan: draft.id,
      partIdx,
      outputIdx,
      name: column.name,
      outputType: column.type,
      query,
      empty: groupBy.empty,
    };
    if (column.aggregationIdx < 0) {
      const input = column.input ?? '';
      const type = columnType(groupBy, input);
      const value = valueLane(draft, input, type);
      features.push({
        ...common,
        operation: 'FIRST',
        inputType: type,
        input: value.lane,
        dictionary: value.dictionary,
        byDictionary: null,
        windowMs: null,
        tail: 'exact',
      });
      continue;
    }
    const aggregation = groupBy.aggregations[column.aggregationIdx];
    if (!aggregation) throw new Error(`no aggregation ${column.aggregationIdx} in ${groupBy.name}`);
    const windowMs = column.window === null ? null : parseWindow(column.window);
    const alike = known.get(aggregation);
    // Its windows have all else in common.
    const feature: FeaturePlan =
      alike !== undefined
        ? { ...alike, outputIdx, name: column.name, outputType: column.type, windowMs }
        : {
            ...common,
            ...aggregationPlan(draft, groupBy, aggregation),
            windowMs,
            tail: aggregation.tail ?? groupBy.tail,
          };
    known.set(aggregation, feature);
    features.push(feature);
  }
  return features;
}

/** What the windows of an aggregation have in common. */
type AggregationPlan = Pick<
  FeaturePlan,
  | 'operation'
  | 'inputType'
  | 'input'
  | 'dictionary'
  | 'byDictionary'
  | 'k'
  | 'percentiles'
  | 'maxDistinct'
  | 'weight'
  | 'where'
  | 'by'
>;

function aggregationPlan(
  draft: ScanDraft,
  groupBy: GroupBySpec,
  aggregation: AggregationSpec,
): AggregationPlan {
  const input = inputLane(draft, groupBy, aggregation);
  if (TIED.has(aggregation.operation)) tieLane(draft, groupBy);
  const by = aggregation.by === undefined ? null : columnType(groupBy, aggregation.by);
  const bucket = aggregation.by !== undefined && by ? valueLane(draft, aggregation.by, by) : null;
  return {
    operation: aggregation.operation,
    inputType: input.type,
    input: input.lane,
    dictionary: input.dictionary,
    byDictionary: bucket?.dictionary ?? null,
    ...(aggregation.k !== undefined && { k: aggregation.k }),
    ...(aggregation.percentiles && { percentiles: aggregation.percentiles }),
    ...(aggregation.maxDistinct !== undefined && { maxDistinct: aggregation.maxDistinct }),
    ...(aggregation.weight !== undefined && {
      weight: addLane(draft, { how: 'double', column: aggregation.weight }, { kind: 'double' }),
    }),
    ...(aggregation.where && {
      where: addLane(draft, { how: 'true-where', where: aggregation.where, notNull: [] }, BOOLEAN),
    }),
    ...(bucket && by && { by: { lane: bucket.lane, type: by } }),
  };
}

/**
 * Unwritten counts that say whether a feature "had something to aggregate" (S3.4): one per distinct rows-and-window.
 */
export function presenceFeatures(
  draft: ScanDraft,
  features: readonly FeaturePlan[],
): FeaturePlan[] {
  const presence = new Map<string, FeaturePlan>();
  const lanes = [...draft.lanes.values()];
  for (const feature of features) {
    const isWhole = feature.inputType?.kind === 'list' && WHOLE_LIST.has(feature.operation);
    const where = lanes.find((lane) => lane.name === feature.where)?.read;
    const weight = lanes.find((lane) => lane.name === feature.weight)?.read;
    const bucket = lanes.find((lane) => lane.name === feature.by?.lane)?.read;
    // COUNT opens lists; what takes a list whole has something to aggregate even where the list is empty.
    const whole = isWhole ? lanes.find((lane) => lane.name === feature.input)?.read : undefined;
    const notNull = [weight, bucket, whole].flatMap((read) =>
      read && 'column' in read ? [read.column] : [],
    );
    const input = isWhole ? null : feature.input;
    const inputType = isWhole ? null : feature.inputType;
    const predicate = where?.how === 'true-where' ? where.where : null;
    const filtered = predicate !== null || notNull.length > 0;
    const lane = filtered
      ? addLane(draft, { how: 'true-where', where: predicate, notNull }, BOOLEAN)
      : undefined;
    const key = JSON.stringify([
      input,
      inputType,
      lane,
      feature.windowMs,
      feature.tail,
      feature.query,
    ]);
    if (presence.has(key)) continue;
    presence.set(key, {
      scan: feature.scan,
      partIdx: feature.partIdx,
      outputIdx: -1,
      isPresence: true,
      name: `presence_${presence.size}`,
      operation: 'COUNT',
      inputType,
      input,
      outputType: { kind: 'int64' },
      dictionary: null,
      byDictionary: null,
      ...(lane !== undefined && { where: lane }),
      windowMs: feature.windowMs,
      tail: feature.tail,
      query: feature.query,
      empty: 'zero',
    });
  }
  return [...presence.values()];
}
