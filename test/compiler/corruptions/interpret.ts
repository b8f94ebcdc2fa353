import type { LabelSpec } from '@tessera/api';
import { parseExpressionText } from '@tessera/api';
import type {
  DataType,
  Expression,
  GroupBySpec,
  JoinSpec,
  PartSpec,
  SourceSpec,
} from '../../oracle/types.js';
import type { Json, JsonObject } from './fraud-draft.js';
import { isNumeric, takes } from './operation-types.js';
import { asObject, asText, Illegal, type Reading, read, textsIn } from './reading.js';
import { bindRefs, refIn } from './refs.js';

/** A draft in the oracle's words. Derived columns are texts still. */
export interface Interpreted {
  readonly groupBys: readonly GroupBySpec[];
  /** Read after groupBys were found to have a meaning. */
  readonly joins: () => readonly (JoinSpec & {
    readonly derivations: Readonly<Record<string, string>>;
  })[];
}

const WORDS = new Set([
  ...['boolean', 'int32', 'int64', 'float', 'double', 'string', 'date'],
  ...['timestamp', 'timestamptz', 'timestamp_ns', 'epoch_ms', 'epoch_s', 'epoch_us'],
]);

function typeOfText(text: string, path: string): DataType {
  const inner = /^list<(.+)>$/.exec(text)?.[1];
  if (inner !== undefined) return { kind: 'list', element: typeOfText(inner, path) };
  if (!WORDS.has(text)) throw new Illegal('type', `${path} is ${text}`);
  // One of the words, each of which is a kind.
  return { kind: text } as DataType;
}

function nameOf(own: Reading): string {
  const name = own.text('name');
  if (!/[\p{L}\p{Nd}]/u.test(name)) throw new Illegal('name', `${own.path} has no name`);
  return name;
}

function columnIn(source: Pick<SourceSpec, 'name' | 'columns'>, name: string): DataType {
  const found = source.columns.find((column) => column.name === name);
  if (found === undefined) throw new Illegal('column', `${source.name} has no ${name}`);
  return found.type;
}

function scalarIn(source: Pick<SourceSpec, 'name' | 'columns'>, name: string): string {
  if (columnIn(source, name).kind === 'list') throw new Illegal('values', `${name} is a list`);
  return name;
}

function sourceOf(draft: Json, path: string): SourceSpec {
  const own = read(draft, path);
  const kind = own.text('make');
  if (kind !== 'events' && kind !== 'entities') throw new Illegal('builder', `${path}: ${kind}`);
  const name = nameOf(own);
  const declared = textsIn(own.object('columns'), `${path}.columns`);
  const columns = Object.entries(declared).map(([column, type]) => {
    const text = type.trim();
    if (!/[\p{L}\p{Nd}]/u.test(column)) throw new Illegal('name', `${path}: a column without name`);
    return {
      name: column,
      type: typeOfText(text.replace(/!$/, ''), path),
      nullable: !text.endsWith('!'),
    };
  });
  const base = { name, path: own.text('path'), format: 'parquet' as const, columns };
  const time = kind === 'events' ? own.text('time') : own.optionalText('time');
  if (time !== undefined && !/^(timestamp|date|epoch)/.test(columnIn(base, time).kind))
    throw new Illegal('time', `${path}: ${time} is no time`);
  const spec: SourceSpec = {
    ...{ kind, ...base },
    ...(time !== undefined && { time }),
    ...(kind === 'entities' && {
      keys: own.list('keys').map((key) => scalarIn(base, asText(key, path))),
    }),
    ...(kind === 'events' &&
      own.has('tieBreaker') && { tieBreaker: scalarIn(base, own.text('tieBreaker')) }),
  };
  own.done();
  return spec;
}

/** Left and right of a comparison are values of one kind. */
function checkPredicate(node: Expression, source: SourceSpec): void {
  const kindOf = (side: Expression): string => {
    if (side.op === 'literal') return typeof side.literal;
    if (side.op !== 'column')
      throw new Illegal('predicate', `no ${side.op} in conditions of the oracle`);
    const { kind } = columnIn(source, side.column);
    if (kind === 'boolean' || kind === 'list') return kind;
    return kind === 'string' || /^(date|timestamp)/.test(kind) ? 'string' : 'number';
  };
  switch (node.op) {
    case 'and':
    case 'or':
      for (const arg of node.args) checkPredicate(arg, source);
      return;
    case 'not':
      checkPredicate(node.arg, source);
      return;
    case 'column':
      if (columnIn(source, node.column).kind !== 'boolean')
        throw new Illegal('predicate', `${node.column} alone`);
      return;
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=':
      if (kindOf(node.left) !== kindOf(node.right))
        throw new Illegal('predicate', 'values of two kinds');
      return;
    default:
      throw new Illegal('predicate', `${node.op} is no condition`);
  }
}

function whereOf(text: string, source: SourceSpec): Expression {
  const parsed = parseExpressionText(text);
  if ('reason' in parsed) throw new Illegal('predicate', parsed.reason);
  checkPredicate(parsed.expression, source);
  return parsed.expression;
}

const OPERATIONS: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ...[
      'COUNT',
      'SUM',
      'AVERAGE',
      'WEIGHTED_AVERAGE',
      'VARIANCE',
      'STDDEV',
      'VARIANCE_SAMPLE',
      'STDDEV_SAMPLE',
    ],
    ...[
      'SKEW',
      'KURTOSIS',
      'MIN',
      'MAX',
      'FIRST',
      'LAST',
      'FIRST_K',
      'LAST_K',
      'TOP_K',
      'BOTTOM_K',
    ],
    ...[
      'UNIQUE_COUNT',
      'APPROX_UNIQUE_COUNT',
      'HISTOGRAM',
      'TOP_K_FREQUENT',
      'DIVERSITY',
      'APPROX_PERCENTILE',
    ],
    ...['RATE_OF_CHANGE', 'VECTOR_AVERAGE', 'VECTOR_SUM'],
  ].map((name) => [
    name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    name,
  ]),
);

const WINDOW = /^([1-9]\d*)([mhd])$/;
const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

function lengthMs(text: string): number {
  const found = WINDOW.exec(text);
  if (found === null) throw new Illegal('window', `${text} is no length of time`);
  return Number(found[1]) * UNITS[found[2] as keyof typeof UNITS];
}

/** So many of something. */
function wholeOf(own: Reading, key: string): number {
  const count = own.number(key);
  if (!Number.isInteger(count) || count < 1)
    throw new Illegal('kind', `${own.path}.${key} is no count`);
  return count;
}

interface Home {
  readonly source: SourceSpec;
  readonly tail: 'sawtooth' | 'exact';
}

function aggregationOf(
  operation: string,
  column: string | undefined,
  own: Reading,
  { source, tail }: Home,
): GroupBySpec['aggregations'][number] {
  const spec = {
    // One of the list above, which is S5's.
    operation: operation as GroupBySpec['aggregations'][number]['operation'],
    ...(column !== undefined && { input: column }),
    windows: own.has('windows')
      ? own.list('windows').map((window) => (window === null ? null : asText(window, own.path)))
      : [null],
    ...(/_K$|^TOP_K_/.test(operation) && { k: wholeOf(own, 'k') }),
    ...(operation === 'APPROX_PERCENTILE' && { percentiles: own.list('percentiles').map(Number) }),
    ...(operation === 'TOP_K_FREQUENT' &&
      own.has('maxDistinct') && { maxDistinct: wholeOf(own, 'maxDistinct') }),
    ...(operation === 'WEIGHTED_AVERAGE' && { weight: own.text('weight') }),
    ...(own.has('where') && { where: whereOf(own.text('where'), source) }),
    ...(own.has('by') && { by: scalarIn(source, own.text('by')) }),
    ...(own.has('as') && { as: own.text('as') }),
    ...(own.has('tail') && { tail: own.word('tail', ['sawtooth', 'exact'], tail) }),
  };
  if (
    operation === 'APPROX_PERCENTILE' &&
    own.list('percentiles').some((p) => typeof p !== 'number')
  )
    throw new Illegal('kind', `${own.path}: percentiles are numbers`);
  if (spec.windows.length === 0 || spec.percentiles?.length === 0)
    throw new Illegal('nothing', `${own.path} makes no column`);
  if (column === undefined && operation !== 'COUNT')
    throw new Illegal('missing', `${own.path} has no column`);
  if (column !== undefined && !takes(spec.operation, columnIn(source, column)))
    throw new Illegal('values', `${own.path}: ${operation} of ${column}`);
  if (spec.weight !== undefined && !isNumeric(columnIn(source, spec.weight)))
    throw new Illegal('values', `${own.path}: ${spec.weight} weighs nothing`);
  for (const window of spec.windows) {
    if (window === null) continue;
    const ms = lengthMs(window);
    // S2.5, S3.2.
    if ((spec.tail ?? tail) === 'sawtooth' && ms < 300_000)
      throw new Illegal('window', `${window} is below a hop`);
    if (source.time === undefined) throw new Illegal('window', `${source.name} has no time`);
  }
  return spec;
}

function aggregationDraft(draft: Json, home: Home, path: string) {
  const own = read(draft, path);
  const name = own.text('make');
  const operation = OPERATIONS[name];
  if (operation === undefined || !Object.hasOwn(OPERATIONS, name))
    throw new Illegal('builder', `${path}: ${name}`);
  const column = own.has('column') ? own.text('column') : undefined;
  const spec = aggregationOf(operation, column, own, home);
  own.done();
  return spec;
}

function refOf<T>(value: Json | undefined, known: ReadonlyMap<string, T>, path: string): T {
  const name = refIn(asObject(value, path));
  const found = name === undefined ? undefined : known.get(name);
  if (found === undefined) throw new Illegal('reference', `${path} names nothing`);
  return found;
}

function groupByOf(
  draft: Json,
  sources: ReadonlyMap<string, SourceSpec>,
  path: string,
): GroupBySpec {
  const own = read(draft, path);
  const name = nameOf(own);
  const source = refOf(own.raw('source'), sources, `${path}.source`);
  const tail = own.word('tail', ['sawtooth', 'exact'], 'sawtooth');
  const isEvents = source.kind === 'events';
  const accuracy = own.word(
    'accuracy',
    ['temporal', 'snapshot'],
    isEvents ? 'temporal' : 'snapshot',
  );
  // S3.1.
  if (!isEvents && accuracy === 'temporal')
    throw new Illegal('snapshot', `${path} is over entities`);
  const keys = own.list('keys').map((key) => scalarIn(source, asText(key, path)));
  if (new Set(keys).size < keys.length) throw new Illegal('keys', `${path}: a key twice`);
  const aggregations = own
    .list('aggregations')
    .map((one, idx) => aggregationDraft(one, { source, tail }, `${path}.${idx}`));
  if (isEvents && aggregations.length === 0)
    throw new Illegal('nothing', `${path} aggregates nothing`);
  const online = own.flag('online');
  // S2.3.
  if (online && [tail, ...aggregations.map((one) => one.tail)].includes('exact'))
    throw new Illegal('served', `${path} is served with exact tails`);
  const spec: GroupBySpec = {
    ...{ kind: 'groupBy' as const, name, source, keys, aggregations, accuracy, tail, online },
    empty: own.word('empty', ['zero', 'null'], 'zero'),
  };
  for (const note of ['owner', 'description', 'deprecated']) own.optionalText(note);
  own.done();
  return spec;
}

function keysOf(
  mapping: JsonObject,
  groupBy: Pick<GroupBySpec, 'keys' | 'source' | 'name'>,
  left: SourceSpec,
): PartSpec['keys'] {
  const leftOf = new Map<string, string>();
  for (const [from, right] of Object.entries(textsIn(mapping, groupBy.name))) {
    if (!groupBy.keys.includes(right))
      throw new Illegal('column', `${groupBy.name} has no key ${right}`);
    if (leftOf.has(right)) throw new Illegal('keys', `${right} is mapped twice`);
    leftOf.set(right, from);
  }
  return groupBy.keys.map((right) => {
    const from = leftOf.get(right) ?? right;
    // S4.1.
    if (columnIn(left, from).kind !== columnIn(groupBy.source, right).kind)
      throw new Illegal('keys', `${from} and ${right} are of two types`);
    return { left: from, right };
  });
}

function partOf(
  draft: Json,
  left: SourceSpec,
  known: {
    readonly groupBys: ReadonlyMap<string, GroupBySpec>;
    readonly sources: ReadonlyMap<string, SourceSpec>;
  },
  path: string,
): PartSpec {
  const own = read(draft, path);
  const of = refOf(
    own.raw('of'),
    new Map<string, GroupBySpec | SourceSpec>([...known.sources, ...known.groupBys]),
    path,
  );
  if (of.kind === 'events') throw new Illegal('nothing', `${path} is events`);
  const groupBy: GroupBySpec =
    of.kind === 'groupBy'
      ? of
      : {
          ...{ kind: 'groupBy', name: of.name, source: of, keys: of.keys ?? [], aggregations: [] },
          ...{ accuracy: 'snapshot', tail: 'sawtooth', empty: 'zero', online: false },
        };
  const at = own.word('at', ['strict', 'inclusive'], 'strict');
  // S2.6.
  if (at === 'inclusive' && groupBy.accuracy === 'snapshot')
    throw new Illegal('snapshot', `${path} is inclusive`);
  const spec: PartSpec = {
    groupBy,
    keys: keysOf(own.has('keys') ? own.object('keys') : {}, groupBy, left),
    ...(own.has('prefix') && { prefix: own.text('prefix') }),
    lagMs: own.has('lag') ? lengthMs(own.text('lag')) : 0,
    at,
    // It means nothing for events, so there nobody reads it.
    missing:
      groupBy.source.kind === 'entities'
        ? own.word('missing', ['error', 'null'], 'error')
        : 'error',
  };
  if (spec.prefix !== undefined && !/[\p{L}\p{Nd}]/u.test(spec.prefix))
    throw new Illegal('name', `${path}: prefix`);
  own.done();
  return spec;
}

function labelsOf(draft: Json, left: SourceSpec, path: string): LabelSpec[] {
  const own = read(draft, path);
  const column = own.has('column') ? own.text('column') : undefined;
  const name = own.text('operation');
  const operation = OPERATIONS[name];
  if (operation === undefined || !Object.hasOwn(OPERATIONS, name))
    throw new Illegal('word', `${path}: ${name}`);
  if (left.kind !== 'events') throw new Illegal('missing', `${path} has no events`);
  const given = own.raw('keys');
  const keys: JsonObject = Array.isArray(given)
    ? Object.fromEntries(given.map((key: Json) => [asText(key, path), key] as const))
    : asObject(given, path);
  if (Object.keys(keys).length === 0) throw new Illegal('nothing', `${path} has no keys`);
  if (Array.isArray(given) && new Set(given).size < given.length)
    throw new Illegal('keys', `${path}: a key twice`);
  const right = Object.values(textsIn(keys, path)).map((key) => scalarIn(left, key));
  const base = { name: 'label', source: left, keys: right };
  const aggregation = aggregationOf(operation, column, own, { source: left, tail: 'exact' });
  if (!own.has('windows')) throw new Illegal('missing', `${path} has no windows`);
  const empty = own.word('empty', ['zero', 'null'], 'zero');
  own.done();
  return aggregation.windows.map((window) => {
    if (window === null) throw new Illegal('window', `${path} is unbounded`);
    const windowMs = lengthMs(window);
    return {
      groupBy: {
        ...{
          kind: 'groupBy' as const,
          ...base,
          aggregations: [{ ...aggregation, windows: [window] }],
        },
        ...{ accuracy: 'temporal' as const, tail: 'exact' as const, empty, online: false },
      },
      keys: keysOf(keys, base, left),
      ...{
        lagMs: -windowMs,
        at: 'strict' as const,
        missing: 'error' as const,
        ahead: { windowMs },
      },
    };
  });
}

/**
 * What a draft means, read strictly: every text has to be read by somebody, and to be what it is read as. Knows SEMANTICS, and
 * nothing of the product's checks.
 *
 * Throws   Illegal
 */
export function interpret(draft: Json): Interpreted {
  const top = read(bindRefs(asObject(draft, '')), '');
  const sources = new Map(
    Object.entries(top.object('sources')).map(([id, own]) => [id, sourceOf(own, id)]),
  );
  const groupBys = new Map(
    Object.entries(top.object('groupBys')).map(([id, own]) => [id, groupByOf(own, sources, id)]),
  );
  const given = top.object('joins');
  const joins = () =>
    Object.entries(given).map(([id, one]) => {
      const own = read(one, id);
      const name = nameOf(own);
      const left = refOf(own.raw('left'), sources, `${id}.left`);
      const parts = own
        .list('parts')
        .map((part, idx) => partOf(part, left, { groupBys, sources }, `${id}.parts.${idx}`));
      const labels = own.has('labels')
        ? own.list('labels').flatMap((label, idx) => labelsOf(label, left, `${id}.labels.${idx}`))
        : [];
      const derivations = textsIn(own.has('derive') ? own.object('derive') : {}, `${id}.derive`);
      for (const note of ['owner', 'description', 'deprecated']) own.optionalText(note);
      own.done();
      return { kind: 'join' as const, name, left, parts, labels, derivations };
    });
  top.done();
  const names = [...groupBys.values()].map(({ name }) => name);
  if (new Set(names).size < names.length)
    throw new Illegal('duplicate', 'two groupBys of one name');
  return { groupBys: [...groupBys.values()], joins };
}
