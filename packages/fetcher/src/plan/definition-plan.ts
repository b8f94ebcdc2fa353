import {
  type ColumnSpec,
  type ComputedColumn,
  computedColumns,
  type GroupBySpec,
  type JoinSpec,
  leftColumns,
  type OutputColumn,
  outputOf,
  type PartSpec,
  partColumns,
  sanitizeName,
} from '@tessera/api';
import { isServed, unitName, unitParts } from '@tessera/kv-writer';

/** What follows from a definition alone, whatever version is served of it. */
export interface DefinitionPlan {
  readonly spec: JoinSpec | GroupBySpec;
  readonly unit: string;
  /** That uploads it. */
  readonly command: string;
  /** What a request brings, in the order of the left. */
  readonly inputs: readonly InputColumn[];
  readonly parts: readonly DefinedPart[];
  /** Features in the order of their slots: part by part. */
  readonly features: readonly Feature[];
  /** Derived columns, each after those it reads. */
  readonly derived: readonly ComputedColumn[];
  /** Of the row behind the inputs, in order. */
  readonly outputs: readonly OutputColumn[];
  /** A midnight is the end of the day before it, as for entities and groupBys by themselves (S3.4); else its beginning. */
  readonly endsDay: boolean;
}

export interface InputColumn {
  readonly spec: ColumnSpec;
  /** Given among the keys, or in `request`. */
  readonly from: 'keys' | 'request';
  /** Of parts that are not served: it may be left out. */
  readonly isOptional: boolean;
}

export interface DefinedPart {
  /** Position in the join's parts. */
  readonly partIdx: number;
  readonly spec: PartSpec;
  readonly name: string;
  /** Positions in `inputs`, in the order of the groupBy's keys. */
  readonly keys: readonly number[];
  /** False where its groupBy is not online. */
  readonly isServed: boolean;
  /** Slots of its features: `first` to `end`, exclusive. */
  readonly first: number;
  readonly end: number;
}

export interface Feature {
  readonly slot: number;
  readonly column: OutputColumn;
}

const plans = new WeakMap<JoinSpec | GroupBySpec, DefinitionPlan>();

/** Made once for each definition. */
export function definitionPlan(spec: JoinSpec | GroupBySpec): DefinitionPlan {
  const found = plans.get(spec) ?? planOf(spec);
  plans.set(spec, found);
  return found;
}

function planOf(spec: JoinSpec | GroupBySpec): DefinitionPlan {
  const parts = unitParts(spec).map(({ part }) => part);
  // Labels are never served (S9).
  const served = spec.kind === 'join' ? withoutLabels(spec) : spec;
  const computed = computedColumns(served);
  const plain = computed.filter(({ column }) => column.expression === undefined);
  // A version has every part's columns as that part asks for them: of a groupBy by itself too.
  const asked = new Map(
    parts.flatMap((part, idx) => partColumns(part, idx).map((one) => [one.name, one] as const)),
  );
  const features = plain
    .map(({ column }) => asked.get(column.name) ?? column)
    .sort((a, b) => a.partIdx - b.partIdx)
    .map((column, slot): Feature => ({ slot, column }));
  const inputs = inputsOf(spec, parts);
  const positions = new Map(inputs.map(({ spec: { name } }, idx) => [name, idx]));
  return {
    spec,
    unit: unitName(spec),
    command: `tessera upload --${spec.kind === 'join' ? 'join' : 'group-by'}=${spec.name}`,
    inputs,
    features,
    derived: computed.filter(({ column }) => column.expression !== undefined),
    outputs: outputOf(computed),
    endsDay: spec.kind === 'groupBy' || spec.left.kind === 'entities',
    parts: parts.map((part, partIdx) => {
      const own = features.filter(({ column }) => column.partIdx === partIdx);
      const first = own[0]?.slot ?? 0;
      return {
        partIdx,
        spec: part,
        name: nameOf(part),
        // Every key is an input.
        keys: part.keys.map(({ left }) => positions.get(left)!),
        isServed: isServed(part),
        first,
        end: first + own.length,
      };
    }),
  };
}

function withoutLabels({ labels: _, ...join }: JoinSpec): JoinSpec {
  return join;
}

function nameOf({ groupBy, prefix }: PartSpec): string {
  return prefix === undefined ? groupBy.name : sanitizeName(`${prefix}_${groupBy.name}`);
}

function inputsOf(
  spec: JoinSpec | GroupBySpec,
  parts: readonly PartSpec[],
): readonly InputColumn[] {
  const namesOf = (some: readonly PartSpec[]) =>
    new Set(some.flatMap(({ keys }) => keys.map(({ left }) => left)));
  const keys = namesOf(parts);
  const needed = namesOf(parts.filter(isServed));
  const request = new Set(spec.kind === 'join' ? (spec.request ?? []).map(({ name }) => name) : []);
  return columnsOf(spec).flatMap((column): InputColumn[] => {
    const { name } = column;
    if (keys.has(name)) return [{ spec: column, from: 'keys', isOptional: !needed.has(name) }];
    return request.has(name) ? [{ spec: column, from: 'request', isOptional: false }] : [];
  });
}

/** Of a row, in its order. */
function columnsOf(spec: JoinSpec | GroupBySpec): readonly ColumnSpec[] {
  if (spec.kind === 'join') return leftColumns(spec);
  return spec.keys.flatMap((key) => spec.source.columns.filter(({ name }) => name === key));
}
