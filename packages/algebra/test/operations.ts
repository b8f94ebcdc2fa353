import fc from 'fast-check';
import type { AggregateState, Operation, StateConfig, Value } from '../src/index.js';
import { aggregateState, bucketed, exploded } from '../src/index.js';
import { adversarialDouble } from './support.js';
import { unicode } from './unicode.js';

export interface Event {
  readonly value: Value;
  readonly t: number;
  readonly tie: Value;
}

/** One state under test with values it can be given. */
export interface OperationCase {
  readonly name: string;
  readonly state: AggregateState<unknown>;
  readonly events: fc.Arbitrary<readonly Event[]>;
}

const double = adversarialDouble.map((x) => x + 0);
const small = fc.constantFrom(-2.5, 0, 1.1, 1.1, 3, 1e17, 1e-300);
const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -3n, max: 3n }),
);
const decimal = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n });
const word = fc.oneof(unicode, fc.constantFrom('a', 'b', 'c'));
const vector = fc.oneof(
  fc.tuple(double, double),
  fc.tuple(small, small),
  fc.tuple(small, fc.constant(null)),
  fc.tuple(small),
);

function events(value: fc.Arbitrary<Value>): fc.Arbitrary<readonly Event[]> {
  // Few instants and few ties, so that ties in time and in tie-breaker occur.
  const event = fc.record({
    value,
    t: fc.integer({ min: -2, max: 3 }),
    tie: fc.constantFrom(null, 'x', 'y'),
  });
  return fc.array(event, { maxLength: 25 });
}

function one(operation: Operation, config: StateConfig, value: fc.Arbitrary<Value>): OperationCase {
  return {
    name: `${operation} of ${JSON.stringify(config.kind)}`,
    state: aggregateState(operation, { tieKind: 'string', ...config }),
    events: events(value),
  };
}

const everyKind: readonly (readonly [StateConfig, fc.Arbitrary<Value>])[] = [
  [{ kind: 'number' }, fc.oneof(double, small)],
  [{ kind: 'int' }, fc.oneof(fc.integer(), fc.integer({ min: -2, max: 2 }))],
  [{ kind: 'bigint' }, int64],
  [{ kind: 'decimal', scale: 3 }, decimal],
  [{ kind: 'string' }, word],
  [{ kind: 'boolean' }, fc.boolean()],
];
const numericKinds = everyKind.filter(([{ kind }]) => kind !== 'string');

const numericOperations: readonly Operation[] = [
  'SUM',
  'AVERAGE',
  'VARIANCE',
  'STDDEV',
  'VARIANCE_SAMPLE',
  'STDDEV_SAMPLE',
  'SKEW',
  'KURTOSIS',
  'APPROX_PERCENTILE',
  'RATE_OF_CHANGE',
];
const scalarOperations: readonly Operation[] = [
  'COUNT',
  'MIN',
  'MAX',
  'FIRST',
  'LAST',
  'FIRST_K',
  'LAST_K',
  'TOP_K',
  'BOTTOM_K',
  'UNIQUE_COUNT',
  'HISTOGRAM',
  'DIVERSITY',
  'TOP_K_FREQUENT',
  'APPROX_UNIQUE_COUNT',
];

/** Every operation of S5 over every kind it takes, and the wrappers. */
export const operationCases: readonly OperationCase[] = [
  ...numericOperations.flatMap((operation) =>
    numericKinds.map(([config, value]) =>
      one(operation, { ...config, percentiles: [0, 50, 99] }, value),
    ),
  ),
  ...scalarOperations.flatMap((operation) =>
    everyKind.map(([config, value]) => one(operation, { ...config, k: 3, maxDistinct: 6 }, value)),
  ),
  ...numericKinds.map(([config, value]) =>
    one('WEIGHTED_AVERAGE', config, fc.tuple(value, fc.oneof(double, small))),
  ),
  one('VECTOR_SUM', { kind: { list: 'number' } }, vector),
  one('VECTOR_AVERAGE', { kind: { list: 'number' } }, vector),
  one('VECTOR_SUM', { kind: { list: 'bigint' } }, fc.tuple(int64, int64)),
  one('LAST', { kind: { list: 'string' } }, fc.array(fc.option(word), { maxLength: 3 })),
  {
    name: 'SUM of exploded lists',
    state: exploded(aggregateState('SUM', { kind: 'number' })),
    events: events(fc.array(fc.option(double), { maxLength: 4 })),
  },
  {
    name: 'AVERAGE by bucket',
    state: bucketed(
      aggregateState('AVERAGE', { kind: 'number' }),
      'string',
    ) as AggregateState<unknown>,
    events: events(fc.tuple(word, small)),
  },
  {
    name: 'LAST by bucket',
    state: bucketed(
      aggregateState('LAST', { kind: 'bigint', tieKind: 'string' }),
      'int',
    ) as AggregateState<unknown>,
    events: events(fc.tuple(fc.integer({ min: 0, max: 3 }), int64)),
  },
];

export function fold(state: AggregateState<unknown>, list: readonly Event[]): unknown {
  const into = state.init();
  for (const { value, t, tie } of list) state.update(into, value, t, tie);
  return into;
}
