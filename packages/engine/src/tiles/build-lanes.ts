import { type DataType, isFloat } from '@tessera/api';
import type { LanePlan } from '@tessera/planner';
import { type StateFamily, type StateInput, valueType } from '@tessera/tiling';

/** Lanes to read for building states, and which of them each state reads. Strings are codes of a dictionary per column. */
export interface BuildLanes {
  readonly lanes: readonly LanePlan[];
  readonly states: readonly StateInput[];
  /** Columns of strings whose values states hold, with their type. */
  readonly strings: readonly { readonly column: string; readonly isList: boolean }[];
}

const BOOLEAN: DataType = { kind: 'boolean' };

export function buildLanes(families: readonly StateFamily[]): BuildLanes {
  const lanes = new Map<string, LanePlan>();
  const strings = new Map<string, { column: string; isList: boolean }>();
  const laneOf = (read: LanePlan['read'], type: DataType): string => {
    const key = JSON.stringify(read);
    const known = lanes.get(key);
    if (known !== undefined) return known.name;
    const name = `l${lanes.size}`;
    lanes.set(key, { name, read, type });
    return name;
  };
  const valueLane = (column: string, type: DataType): string => {
    if (!hasStrings(type)) return laneOf({ how: 'column', column }, type);
    strings.set(column, { column, isList: type.kind === 'list' });
    return laneOf({ how: 'code', column, dictionary: column }, type);
  };
  const inputLane = (family: StateFamily): string | null => {
    const { input, kind } = family;
    if (input === null) return null;
    const { column, type } = input;
    const element = valueType(family) ?? type;
    // A count looks at nulls alone; floats are read because ±Infinity is null (S4.4).
    if (kind === 'count' && !isFloat(element)) {
      const flags: DataType = type.kind === 'list' ? { kind: 'list', element: BOOLEAN } : BOOLEAN;
      return laneOf({ how: 'not-null', column }, flags);
    }
    if (kind === 'hll' && element.kind === 'string') return laneOf({ how: 'hll', column }, type);
    return valueLane(column, type);
  };
  const states = families.map((family): StateInput => {
    const { where, by, weight, tie } = family;
    return {
      family,
      input: inputLane(family),
      ...(where !== undefined && {
        where: laneOf({ how: 'true-where', where, notNull: [] }, BOOLEAN),
      }),
      ...(by !== undefined && { by: valueLane(by.column, by.type) }),
      ...(weight !== undefined && {
        weight: laneOf({ how: 'double', column: weight.column }, { kind: 'double' }),
      }),
      ...(tie !== undefined && { tie: valueLane(tie.column, tie.type) }),
    };
  });
  return { lanes: [...lanes.values()], states, strings: [...strings.values()] };
}

function hasStrings(type: DataType): boolean {
  return type.kind === 'list' ? hasStrings(type.element) : type.kind === 'string';
}
