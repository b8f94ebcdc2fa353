import { commonType } from '../check/common-type.js';
import { compareValues } from '../evaluate/compare-values.js';
import { DOUBLE, type ExprType, INT64, type TypedExpression, type Value } from '../types.js';
import { doubleOrNull, int64OrNull, typeText } from '../values.js';
import type { CallType, FunctionEntry } from './function-entry.js';
import { fits, wrongCount, wrongType } from './rules.js';
import { sparkClamped, sparkFinite, sparkOnce } from './spark-once.js';

type ListType = ExprType & { readonly kind: 'list' };
type MapType = ExprType & { readonly kind: 'map' };

/** A list, and other arguments by its element. */
function takesList(rule: (type: ListType, rest: readonly TypedExpression[]) => CallType) {
  return (args: readonly TypedExpression[]): CallType => {
    const type = args[0]?.type;
    if (type === undefined) return wrongCount(0, 1, 1);
    return type.kind === 'list' ? rule(type, args.slice(1)) : wrongType(0, type, 'a list');
  };
}

function takesMap(rule: (type: MapType, rest: readonly TypedExpression[]) => CallType) {
  return (args: readonly TypedExpression[]): CallType => {
    const type = args[0]?.type;
    if (type === undefined) return wrongCount(0, 1, 1);
    return type.kind === 'map' ? rule(type, args.slice(1)) : wrongType(0, type, 'a map');
  };
}

function alone(rule: (element: ExprType) => ExprType | undefined, wanted: string) {
  return takesList((type, rest) => {
    if (rest.length > 0) return wrongCount(rest.length + 1, 1, 1);
    const result = rule(type.element);
    return result === undefined ? wrongType(0, type, wanted) : { args: [type], type: result };
  });
}

const isScalarType = (type: ExprType): boolean => type.kind !== 'list' && type.kind !== 'map';
const numberOf = (type: ExprType): ExprType | undefined =>
  type.kind === 'int64' || type.kind === 'double' ? type : undefined;

function present(list: Value): Value[] {
  return (list as readonly Value[]).filter((value) => value !== null);
}

const listLength: FunctionEntry = {
  name: 'list_length',
  family: 'list and map',
  signature: 'list_length(list) → int64',
  summary: 'Number of elements, nulls among them.',
  nulls: 'strict',
  check: alone(() => INT64, 'a list'),
  js: () => (list) => BigInt((list as readonly Value[]).length),
  pushDown: true,
  duckdb: ([list]) => `len(${list})`,
  spark: ([list]) => `CAST(array_size(${list}) AS BIGINT)`,
  examples: [{ text: 'list_length(amounts)', gives: '3' }],
};

const elementAt: FunctionEntry = {
  name: 'element_at',
  family: 'list and map',
  signature: 'element_at(list, place: int64) → element',
  summary: 'The element there, 1 being the first, -1 the last; null where there is none.',
  nulls: 'strict',
  check: takesList((type, rest) => {
    if (rest.length !== 1) return wrongCount(rest.length + 1, 2, 2);
    return fits(rest[0]!.type, INT64)
      ? { args: [type, INT64], type: type.element }
      : wrongType(1, rest[0]!.type, 'int64');
  }),
  js: () => (list, place) => {
    const all = list as readonly Value[];
    const at = Number(place as bigint);
    return (at > 0 ? all[at - 1] : at < 0 ? all[all.length + at] : null) ?? null;
  },
  pushDown: true,
  duckdb: ([list, place]) => `list_extract(${list}, ${place})`,
  spark: ([list, place]) =>
    `try_element_at(${list}, ${sparkClamped(`nullif(${place}, 0)`, 2_147_483_647)})`,
  examples: [
    { text: 'element_at(amounts, 1)', gives: '2.5' },
    { text: 'element_at(amounts, -1)', gives: '4.0' },
  ],
};

const listContains: FunctionEntry = {
  name: 'list_contains',
  family: 'list and map',
  signature: 'list_contains(list, x: element) → boolean',
  summary: 'Whether an element equals x; nulls among the elements equal nothing.',
  nulls: 'strict',
  check: takesList((type, rest) => {
    if (rest.length !== 1) return wrongCount(rest.length + 1, 2, 2);
    const common = commonType([type.element, rest[0]!.type]);
    return common !== undefined &&
      typeText(common) === typeText(type.element) &&
      isScalarType(common)
      ? { args: [type, type.element], type: { kind: 'boolean' } }
      : wrongType(1, rest[0]!.type, typeText(type.element));
  }),
  js: () => (list, x) => present(list!).some((value) => compareValues(value, x!) === 0),
  pushDown: true,
  duckdb: ([list, x]) => `list_contains(${list}, ${x})`,
  spark: ([list, x]) => `array_contains(${filtered(list!)}, ${x})`,
  examples: [{ text: "list_contains(tags, 'new')", gives: 'TRUE' }],
};

function wholeSum(values: readonly Value[]): bigint | null {
  return int64OrNull(values.reduce<bigint>((sum, value) => sum + (value as bigint), 0n));
}

function doubleSum(values: readonly Value[]): number {
  return values.reduce<number>((sum, value) => sum + (value as number), 0);
}

const listSum: FunctionEntry = {
  name: 'list_sum',
  family: 'list and map',
  signature: 'list_sum(list of numbers) → number',
  summary:
    'Sum of the elements that are not null, null without any. Whole numbers exactly, null beyond int64; doubles one after the other in the order of the list.',
  nulls: 'strict',
  check: alone(numberOf, 'a list of numbers'),
  js: (args) => {
    const whole = isWholeList(args[0]!);
    return (list) => {
      const values = present(list!);
      if (values.length === 0) return null;
      return whole ? wholeSum(values) : doubleOrNull(doubleSum(values));
    };
  },
  pushDown: (args) => isWholeList(args[0]!),
  // Not TRY_CAST: DuckDB turns `TRY_CAST(huge AS BIGINT) <> 0` into `huge <> 0`.
  duckdb: ([list]) =>
    `CAST(list_filter([list_sum(${list})], lambda v: v BETWEEN -9223372036854775808 AND 9223372036854775807)[1] AS BIGINT)`,
  spark: ([list], args) =>
    isWholeList(args[0]!)
      ? sparkOnce(
          list!,
          (l) =>
            `CASE WHEN exists(${l}, e -> e IS NOT NULL) THEN try_cast(aggregate(${l}, CAST(0 AS DECIMAL(38,0)), (a, e) -> CAST(a + coalesce(e, 0) AS DECIMAL(38,0))) AS BIGINT) END`,
        )
      : sparkOnce(
          list!,
          (l) =>
            `CASE WHEN exists(${l}, e -> e IS NOT NULL) THEN ${sparkFinite(`aggregate(${l}, 0D, (a, e) -> a + coalesce(e, 0D))`)} END`,
        ),
  examples: [{ text: 'list_sum(amounts)', gives: '6.5' }],
};

function isWholeList(arg: TypedExpression): boolean {
  return arg.type.kind === 'list' && arg.type.element.kind === 'int64';
}

const listAverage: FunctionEntry = {
  name: 'list_average',
  family: 'list and map',
  signature: 'list_average(list of numbers) → double',
  summary:
    'Sum of the elements that are not null (whole numbers exactly, doubles in the order of the list) by their number; null without any.',
  nulls: 'strict',
  check: alone((element) => numberOf(element) && DOUBLE, 'a list of numbers'),
  js: (args) => {
    const whole = isWholeList(args[0]!);
    return (list) => {
      const values = present(list!);
      if (values.length === 0) return null;
      const sum = whole
        ? Number(values.reduce<bigint>((all, value) => all + (value as bigint), 0n))
        : doubleSum(values);
      return doubleOrNull(sum / values.length);
    };
  },
  pushDown: false,
  spark: ([list], args) =>
    sparkOnce(filtered(list!), (l) => {
      const sum = isWholeList(args[0]!)
        ? `CAST(aggregate(${l}, CAST(0 AS DECIMAL(38,0)), (a, e) -> CAST(a + e AS DECIMAL(38,0))) AS DOUBLE)`
        : `aggregate(${l}, 0D, (a, e) -> a + e)`;
      return sparkFinite(`try_divide(${sum}, CAST(array_size(${l}) AS DOUBLE))`);
    }),
  examples: [{ text: 'list_average(amounts)', gives: '3.25' }],
};

function filtered(list: string): string {
  return `filter(${list}, e -> e IS NOT NULL)`;
}

function extreme(name: string, spark: string, sign: 1 | -1, gives: string): FunctionEntry {
  return {
    name,
    family: 'list and map',
    signature: `${name}(list) → element`,
    summary: `The ${sign > 0 ? 'greatest' : 'least'} element that is not null.`,
    nulls: 'strict',
    check: alone(
      (element) => (isScalarType(element) ? element : undefined),
      'a list of values that have an order',
    ),
    js: () => (list) =>
      present(list!).reduce<Value>(
        (best, value) => (best === null || compareValues(value, best) * sign > 0 ? value : best),
        null,
      ),
    pushDown: true,
    duckdb: ([list]) => `${name}(${list})`,
    spark: ([list]) => `${spark}(${list})`,
    examples: [{ text: `${name}(amounts)`, gives }],
  };
}

const mapGet: FunctionEntry = {
  name: 'map_get',
  family: 'list and map',
  signature: 'map_get(map, key) → value',
  summary: 'The value of the key; null where the map lacks it.',
  nulls: 'strict',
  check: takesMap((type, rest) => {
    if (rest.length !== 1) return wrongCount(rest.length + 1, 2, 2);
    return fits(rest[0]!.type, type.key)
      ? { args: [type, type.key], type: type.value }
      : wrongType(1, rest[0]!.type, typeText(type.key));
  }),
  js: () => (map, key) => (map as ReadonlyMap<Value, Value>).get(key!) ?? null,
  pushDown: true,
  duckdb: ([map, key]) => `map_extract_value(${map}, ${key})`,
  spark: ([map, key]) => `try_element_at(${map}, ${key})`,
  examples: [{ text: "map_get(counts, 'food')", gives: '3' }],
};

function ofMap(
  name: string,
  summary: string,
  result: (type: MapType) => ExprType,
  js: (map: ReadonlyMap<Value, Value>) => Value,
  texts: Readonly<Record<'duckdb' | 'spark', (map: string) => string>>,
  gives: string,
): FunctionEntry {
  return {
    name,
    family: 'list and map',
    signature: `${name}(map) → ${name === 'map_size' ? 'int64' : 'list'}`,
    summary,
    nulls: 'strict',
    check: takesMap((type, rest) =>
      rest.length > 0 ? wrongCount(rest.length + 1, 1, 1) : { args: [type], type: result(type) },
    ),
    js: () => (map) => js(map as ReadonlyMap<Value, Value>),
    pushDown: true,
    duckdb: ([map]) => texts.duckdb(map!),
    spark: ([map]) => texts.spark(map!),
    examples: [{ text: `${name}(counts)`, gives }],
  };
}

export const LISTS_AND_MAPS: readonly FunctionEntry[] = [
  listLength,
  elementAt,
  listContains,
  listSum,
  listAverage,
  extreme('list_min', 'array_min', -1, '2.5'),
  extreme('list_max', 'array_max', 1, '4.0'),
  mapGet,
  ofMap(
    'map_keys',
    'The keys, in the order of the entries.',
    (type) => ({ kind: 'list', element: type.key }),
    (map) => [...map.keys()],
    { duckdb: (map) => `map_keys(${map})`, spark: (map) => `map_keys(${map})` },
    "['food', 'fuel']",
  ),
  ofMap(
    'map_values',
    'The values, in the order of the entries.',
    (type) => ({ kind: 'list', element: type.value }),
    (map) => [...map.values()],
    { duckdb: (map) => `map_values(${map})`, spark: (map) => `map_values(${map})` },
    '[3, 1]',
  ),
  ofMap(
    'map_size',
    'Number of entries.',
    () => INT64,
    (map) => BigInt(map.size),
    {
      duckdb: (map) => `CAST(cardinality(${map}) AS BIGINT)`,
      spark: (map) => `CAST(array_size(map_keys(${map})) AS BIGINT)`,
    },
    '2',
  ),
];
