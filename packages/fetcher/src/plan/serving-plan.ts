import { isTesseraError, type OutputColumn, TesseraError } from '@tessera/api';
import {
  fingerprintBytes,
  SERVED_FORMAT,
  type ServedPart,
  type ServedUnit,
  type VersionMeta,
} from '@tessera/kv-writer';
import type { DefinedPart, DefinitionPlan, Feature } from './definition-plan.js';
import { type DerivedPlan, derivedPlan } from './derived-plan.js';
import { emptyValue } from './empty-value.js';
import { type Layout, layoutOf } from './layout.js';
import type { Raw } from './raw.js';
import { type PlannedRows, planRows } from './rows-plan.js';
import { type PlannedStates, planStates } from './states-plan.js';

/** How one version answers for one definition: made once for both, read by every request. */
export interface ServingPlan {
  readonly definition: DefinitionPlan;
  /** Of the parts that are served, in the order of the join. */
  readonly parts: readonly PlannedPart[];
  readonly derived: DerivedPlan;
  readonly layout: Layout;
  /** Names of columns that nothing serves. */
  readonly unserved: readonly string[];
  /** Of the row that is being made; by feature's slot. */
  readonly blackboard: Blackboard;
}

export interface Blackboard {
  readonly values: Raw[];
  /** 1 where a feature's value is what it would be in a training set, or what a policy asked for. */
  readonly isKnown: Uint8Array;
}

export interface PlannedPart {
  readonly defined: DefinedPart;
  /** Null where nothing of it can be read: `refused` says why, or all of it is `added`. */
  readonly served: ServedPart | null;
  readonly refused: TesseraError | null;
  readonly reads: PlannedStates | PlannedRows | null;
  readonly fingerprint: Uint8Array;
  /** Of a key without events, by feature. */
  readonly empty: readonly Raw[];
  /** Columns that the version does not have. */
  readonly added: readonly string[];
}

export function servingPlan(
  definition: DefinitionPlan,
  meta: VersionMeta,
  store: string,
): ServingPlan {
  const refuse = (reason: string) =>
    new TesseraError('SERVED_SCHEMA_CHANGED', {
      unit: definition.unit,
      store,
      reason,
      command: definition.command,
    });
  const refuseAll = (reason: string) => failedPlan(definition, refuse(reason));
  const unit = servedUnit(meta);
  if (unit === null) return refuseAll('it is of another format');
  try {
    const sides = unit.parts.map((served) => ({ served, hashes: hashesOf(served) }));
    return planWith(definition, (defined) => planPart(defined, definition, sides, refuse));
  } catch (error) {
    // Whoever uploads writes no such thing: it was changed where it is stored.
    if (isTesseraError(error) && error.code === 'INTERNAL') throw error;
    return refuseAll(error instanceof Error ? error.message : String(error));
  }
}

/** All of whose parts have the same error: where no version could be opened. */
export function failedPlan(definition: DefinitionPlan, error: TesseraError): ServingPlan {
  return planWith(definition, (defined) => refusedPart(defined, definition, error));
}

interface Side {
  readonly served: ServedPart;
  readonly hashes: ReadonlySet<string>;
}

function planWith(
  definition: DefinitionPlan,
  planOf: (defined: DefinedPart) => PlannedPart | null,
): ServingPlan {
  const parts = definition.parts.flatMap((defined) => planOf(defined) ?? []);
  const has = new Set(parts.map(({ defined }) => defined.partIdx));
  const lost = definition.features.filter(({ column }) => !has.has(column.partIdx));
  const derived = derivedPlan(
    definition,
    lost.map(({ column }) => column.name),
  );
  const missing = new Set([...lost.map(({ column }) => column.name), ...derived.unserved]);
  return {
    definition,
    parts,
    derived,
    layout: layoutOf(definition, derived),
    unserved: definition.outputs.flatMap(({ name }) => (missing.has(name) ? name : [])),
    blackboard: {
      values: new Array<Raw>(definition.features.length).fill(null),
      isKnown: new Uint8Array(definition.features.length),
    },
  };
}

/** Null where a part is not meant to be served. */
function planPart(
  defined: DefinedPart,
  definition: DefinitionPlan,
  sides: readonly Side[],
  refuse: (reason: string) => TesseraError,
): PlannedPart | null {
  if (!defined.isServed) return null;
  const own = featuresOf(defined, definition);
  const side = sideOf(own, sides);
  const missing = own.filter(({ column }) => side?.hashes.has(column.hash) !== true);
  const changed = changedColumn(defined, missing, definition, { side, sides });
  if (changed !== undefined) {
    const reason = `\`${changed.name}\` meant something else when it was uploaded`;
    return refusedPart(defined, definition, refuse(reason));
  }
  const added = missing.map(({ column }) => column.name);
  if (side === undefined) return { ...blankPart(defined, definition), added };
  const { served } = side;
  const { groupBy } = defined.spec;
  const columns = own.map(({ column }) => column);
  return {
    ...blankPart(defined, definition),
    served,
    reads:
      served.holds === 'states' ? planStates(served, groupBy, columns) : planRows(served, columns),
    fingerprint: fingerprintBytes(served.fingerprint),
    added,
  };
}

/** The part of the version that has the most of a part's columns. Two may have some: their meanings have no names. */
function sideOf(own: readonly Feature[], sides: readonly Side[]): Side | undefined {
  let best: Side | undefined;
  let most = 0;
  for (const side of sides) {
    const has = own.filter(({ column }) => side.hashes.has(column.hash)).length;
    if (has > most) [best, most] = [side, has];
  }
  return best;
}

/** Of columns whose meaning the version does not have, one whose name it has, for another meaning. */
function changedColumn(
  { spec: { groupBy } }: DefinedPart,
  missing: readonly Feature[],
  { features }: DefinitionPlan,
  { side: own, sides }: { readonly side: Side | undefined; readonly sides: readonly Side[] },
): OutputColumn | undefined {
  const asked = new Set(features.map(({ column }) => column.hash));
  const hasName = (side: Side, { name, input }: OutputColumn): boolean => {
    const { served, hashes } = side;
    if (served.holds === 'states')
      return served.states.some(({ columns }) => columns.some((one) => one.name === name));
    // Rows are held by the names of their source, which another part may ask by another key.
    const isAnothers = side !== own && [...hashes].some((hash) => asked.has(hash));
    return (
      !isAnothers &&
      served.groupBy === groupBy.name &&
      served.columns.some((one) => one.name === input)
    );
  };
  return missing.find(({ column }) => sides.some((side) => hasName(side, column)))?.column;
}

function blankPart(defined: DefinedPart, definition: DefinitionPlan): PlannedPart {
  return {
    defined,
    served: null,
    refused: null,
    reads: null,
    fingerprint: new Uint8Array(8),
    empty: featuresOf(defined, definition).map(({ column }) =>
      emptyValue(defined.spec.groupBy, column),
    ),
    added: [],
  };
}

function refusedPart(
  defined: DefinedPart,
  definition: DefinitionPlan,
  refused: TesseraError,
): PlannedPart | null {
  return defined.isServed ? { ...blankPart(defined, definition), refused } : null;
}

function featuresOf({ first, end }: DefinedPart, { features }: DefinitionPlan) {
  return features.slice(first, end);
}

/** Null for what this version of the fetcher does not know. */
function servedUnit({ served }: VersionMeta): ServedUnit | null {
  const unit = served as Partial<ServedUnit> | null;
  // Who uploads writes all of it, or another format.
  return unit?.format === SERVED_FORMAT ? (unit as ServedUnit) : null;
}

function columnsOf(
  served: ServedPart,
): readonly { readonly name: string; readonly hash: string }[] {
  return served.holds === 'rows' ? served.columns : served.states.flatMap(({ columns }) => columns);
}

function hashesOf(served: ServedPart): ReadonlySet<string> {
  return new Set(columnsOf(served).map(({ hash }) => hash));
}
