import { passedThroughName, sanitizeName } from './column-names.js';
import { formatType } from './data-type.js';
import { derivationOrder } from './derivation-order.js';
import { TesseraError } from './errors.js';
import { hashedForm } from './expression/hashed-form.js';
import { renameColumns } from './expression/rename-columns.js';
import { expressionColumns } from './expression/walk.js';
import { contentHash } from './hash.js';
import { DS, featureColumns, hashedWhenAsked, leftColumns, partColumns } from './output-columns.js';
import type { DerivationSpec, GroupBySpec, JoinSpec, OutputColumn, PartSpec } from './spec.js';

/** A column that is computed for each row. */
export interface ComputedColumn {
  readonly column: OutputColumn;
  /** Position in the output; -1 = only derived columns read it. */
  readonly outputIdx: number;
}

/** Columns of rows that derivations may read beside features: name → what identifies its values. */
type Given = ReadonlyMap<string, string>;

/**
 * The name that a feature has inside of its groupBy, where derivations read it: without prefix and groupBy.
 *
 *   user_spend_amount_sum_7d → amount_sum_7d
 */
export function shortName(
  name: string,
  groupBy: Pick<GroupBySpec, 'name'>,
  prefix?: string,
): string {
  const base = sanitizeName(prefix === undefined ? groupBy.name : `${prefix}_${groupBy.name}`);
  const rest = name.slice(base.length);
  return base.endsWith('_') || !rest.startsWith('_') ? rest : rest.slice(1);
}

/** Derivations of a part's groupBy in the names of the row: features with prefix and groupBy, keys as the left calls them. */
function inRow(
  part: Pick<PartSpec, 'groupBy' | 'prefix' | 'keys'>,
  features: readonly OutputColumn[],
) {
  const { groupBy, prefix } = part;
  const full = (column: string) => derivedName(part, column);
  const names = new Map([
    ...(groupBy.derive ?? []).map(({ name }) => [name, full(name)] as const),
    ...features.map(({ name }) => [shortName(name, groupBy, prefix), name] as const),
    ...part.keys.map(({ left, right }) => [right, left] as const),
  ]);
  const rename = (name: string) => names.get(name) ?? name;
  const derive = (groupBy.derive ?? []).map((one) => ({
    ...one,
    name: full(one.name),
    expression: renameColumns(one.expression, rename),
  }));
  const only = groupBy.only === undefined ? null : new Set(groupBy.only.map(rename));
  return { derive, only };
}

/** Names of the columns that a part's groupBy derives, in the row. */
export function derivedOfPart({ groupBy, prefix }: Pick<PartSpec, 'groupBy' | 'prefix'>): string[] {
  return (groupBy.derive ?? []).map(({ name }) => derivedName({ groupBy, prefix }, name));
}

/** What a groupBy calls `name` when it comes out of a part; a derived column is named as one passed through is (S6). */
function derivedName(
  { groupBy, prefix }: Pick<PartSpec, 'groupBy' | 'prefix'>,
  name: string,
): string {
  return passedThroughName({ prefix, groupBy: groupBy.name, column: name });
}

/** Names of what the parts of a join bring into its rows, in output order: what its own derivations may read. */
export function namesOfParts({ parts }: Pick<JoinSpec, 'parts'>): string[] {
  return parts.flatMap((part, partIdx) => {
    const features = partColumns(part, partIdx);
    const { derive, only } = inRow(part, features);
    const names = [...features, ...derive].map(({ name }) => name);
    return only === null ? names : names.filter((name) => only.has(name));
  });
}

/** Derived columns, each after those it reads. A cycle was refused where they were defined. */
function derivedColumns(
  derivations: readonly DerivationSpec[],
  features: readonly OutputColumn[],
  given: Given,
): OutputColumn[] {
  const found = derivationOrder(derivations);
  if ('cycle' in found)
    throw new TesseraError('INTERNAL', { reason: `derivations in a cycle: ${found.cycle}` });
  const known = new Map<string, OutputColumn>(features.map((column) => [column.name, column]));
  return found.order.map(({ name, expression, type }) => {
    const reads = expressionColumns(expression);
    // Those that are known now: what comes after may not change what this one means.
    const own =
      reads === null ? new Map(known) : new Map(reads.map((one) => [one, known.get(one)]));
    // Names of columns mean nothing: the same values under other names give the same.
    const meaning = (read: string) => own.get(read)?.hash ?? given.get(read) ?? read;
    const column = hashedWhenAsked(
      { name, type, partIdx: -1, aggregationIdx: -1, window: null, expression },
      () => {
        const named = renameColumns(expression, meaning);
        return contentHash({ derived: hashedForm(named), type: formatType(type) });
      },
    );
    known.set(name, column);
    return column;
  });
}

interface Computed {
  /** In output order; `isOutput` as `only` says. */
  readonly columns: readonly { readonly column: OutputColumn; readonly isOutput: boolean }[];
  /** Derived columns in the order they are computed in. */
  readonly derived: readonly OutputColumn[];
}

/** Columns that are output, and those that derived ones read; derived ones last, each after what it reads. */
function placed({ columns, derived }: Computed): readonly ComputedColumn[] {
  const needed = new Set(
    columns.flatMap(({ column, isOutput }) => (isOutput ? [column.name] : [])),
  );
  for (const { name, expression } of [...derived].reverse())
    if (needed.has(name) && expression !== undefined)
      for (const read of expressionColumns(expression) ?? []) needed.add(read);
  const outputIdx = new Map<string, number>();
  for (const { column, isOutput } of columns)
    if (isOutput) outputIdx.set(column.name, outputIdx.size);
  const of = (column: OutputColumn) => ({ column, outputIdx: outputIdx.get(column.name) ?? -1 });
  const features = columns.filter(({ column }) => column.expression === undefined);
  return [...features.map(({ column }) => column), ...derived]
    .filter(({ name }) => needed.has(name))
    .map(of);
}

function ofJoin(join: JoinSpec): Computed {
  const given: Given = new Map([
    [DS, DS],
    ...leftColumns(join).map(({ name, type }) => [name, `${name} ${formatType(type)}`] as const),
  ]);
  const inParts = join.parts.map((part, partIdx) => {
    const features = partColumns(part, partIdx);
    const { derive, only } = inRow(part, features);
    return { features, derive, only };
  });
  const features = inParts.flatMap((part) => part.features);
  const all = [...inParts.flatMap((part) => part.derive), ...(join.derive ?? [])];
  const derived = derivedColumns(all, features, given);
  const byName = new Map(derived.map((column) => [column.name, column]));
  const named = (derive: readonly DerivationSpec[]) => derive.map(({ name }) => byName.get(name)!);
  const kept = join.only === undefined ? null : new Set(join.only);
  const labels = (join.labels ?? []).flatMap((label, idx) =>
    partColumns(label, join.parts.length + idx),
  );
  const isKept = ({ name }: OutputColumn) => kept === null || kept.has(name);
  return {
    derived,
    columns: [
      ...inParts.flatMap((part) =>
        [...part.features, ...named(part.derive)].map((column) => ({
          column,
          isOutput: isKept(column) && (part.only === null || part.only.has(column.name)),
        })),
      ),
      ...named(join.derive ?? []).map((column) => ({ column, isOutput: isKept(column) })),
      ...labels.map((column) => ({ column, isOutput: true })),
    ],
  };
}

function ofGroupBy(groupBy: GroupBySpec): Computed {
  const { source, keys } = groupBy;
  const features = featureColumns(groupBy);
  const types = new Map(source.columns.map(({ name, type }) => [name, type]));
  const given: Given = new Map([
    [DS, DS],
    ...keys.map((key) => {
      const type = types.get(key);
      return [key, `${key} ${type && formatType(type)}`] as const;
    }),
  ]);
  const own = keys.map((key) => ({ left: key, right: key }));
  const { derive, only } = inRow({ groupBy, keys: own }, features);
  const derived = derivedColumns(derive, features, given);
  const byName = new Map(derived.map((column) => [column.name, column]));
  return {
    derived,
    columns: [...features, ...derive.map(({ name }) => byName.get(name)!)].map((column) => ({
      column,
      isOutput: only === null || only.has(column.name),
    })),
  };
}

const ofSpecs = new WeakMap<JoinSpec | GroupBySpec, readonly ComputedColumn[]>();

/**
 * Every column that is computed for a join or a groupBy on its own: features and labels in output order, then derived columns,
 * each after those that it reads. What `only` leaves out and nothing reads is not there.
 */
export function computedColumns(spec: JoinSpec | GroupBySpec): readonly ComputedColumn[] {
  const found = ofSpecs.get(spec) ?? placed(spec.kind === 'join' ? ofJoin(spec) : ofGroupBy(spec));
  ofSpecs.set(spec, found);
  return found;
}

/** Of computed columns those that are output, in output order. */
export function outputOf(computed: readonly ComputedColumn[]): readonly OutputColumn[] {
  return computed
    .filter(({ outputIdx }) => outputIdx >= 0)
    .sort((a, b) => a.outputIdx - b.outputIdx)
    .map(({ column }) => column);
}

/**
 * Columns of a join beside those of its left, in output order (S8): per part aggregation, window, then derived; derived ones of
 * the join; labels.
 */
export function outputColumns(join: JoinSpec): readonly OutputColumn[] {
  return outputOf(computedColumns(join));
}

/** Columns of a groupBy on its own beside its keys: aggregation, window, then derived; `partIdx` is 0, of derived ones -1. */
export function groupByColumns(groupBy: GroupBySpec): readonly OutputColumn[] {
  return outputOf(computedColumns(groupBy));
}
