import { count, events, groupBy, join, last, part, sum } from '@tessera/api';
import { compile, emitStep, parse, type Step, stepsOf } from '@tessera/compiler';
import { tilesOfPlan } from '@tessera/engine';
import { expect, test } from 'vitest';
// Built: a thread runs what is compiled.
import { MANY_OBJECTS, startEmitter } from '../dist/compiled/emit-together.js';
import { createTurns, takeTurn } from '../dist/compiled/turns.js';

const source = events({
  name: 'payments',
  path: 'payments',
  columns: { id: 'string', user: 'string', amount: 'double', kind: 'string', at: 'timestamp' },
  time: 'at',
  tieBreaker: 'id',
});
const groupBys = Array.from({ length: 150 }, (_, at) =>
  groupBy({
    name: `g${at}`,
    source,
    keys: ['user'],
    aggregations: [
      count({ windows: ['1d'], where: `amount > ${at}` }),
      sum('amount', { windows: [`${1 + (at % 20)}d`], by: 'kind' }),
      last('kind'),
    ],
  }),
);
const joins = Array.from({ length: 60 }, (_, at) =>
  join({ name: `j${at}`, left: source, parts: groupBys.slice(at, at + 5).map((one) => part(one)) }),
);
const exports = Object.fromEntries([...groupBys, ...joins].map((one) => [one.name, one]));
const project = parse({ files: [{ file: 'features/all.ts', exports }], problems: [], folder: '.' });
const options = { tilesOf: tilesOfPlan };
const textOf = (content: string | Uint8Array) =>
  typeof content === 'string' ? content : Buffer.from(content).toString('utf8');

test('two threads make what one makes', async () => {
  const steps = stepsOf(project);
  const alone = compile(steps, options);
  const emitter = startEmitter(steps.steps.length);
  if (emitter === null) throw new Error('one core only');
  emitter.begin(steps.steps);
  // Time for the other thread to take some.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const emitted = await emitter.finish(options);
  expect(emitted.size).toBe(steps.steps.length);
  const byOther = [...emitted.values()].filter(({ content }) => typeof content !== 'string');
  expect(byOther.length).toBeGreaterThan(0);
  const together = compile(steps, { ...options, emitted });
  expect(together.index).toEqual(alone.index);
  expect(together.files.map(({ path, content }) => [path, textOf(content)])).toEqual(
    alone.files.map(({ path, content }) => [path, textOf(content)]),
  );
});

test('what no message can hold is made by this thread', async () => {
  const steps = stepsOf(project).steps.slice(0, 3);
  const odd = steps.map(
    (step): Step => ({ ...step, spec: { ...step.spec, odd: () => 1 } as never }),
  );
  const emitter = startEmitter(MANY_OBJECTS);
  if (emitter === null) throw new Error('one core only');
  emitter.begin(odd);
  const emitted = await emitter.finish(options);
  expect([...emitted.keys()]).toEqual(steps.map(({ id }) => id));
  expect(emitted.get(steps[0]?.id ?? '')).toEqual(emitStep(odd[0]!, options));
});

test('few objects start no thread; turns are given once each', () => {
  expect(startEmitter(MANY_OBJECTS - 1)).toBeNull();
  const turns = createTurns();
  expect([takeTurn(turns), takeTurn(turns), takeTurn(turns)]).toEqual([0, 1, 2]);
});
