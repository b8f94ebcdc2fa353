import { ahead, count, events, groupBy, join, last, part, sum } from '@tessera/api';
import { compile, emitStep, parse, type Step, stepsOf } from '@tessera/compiler';
import { tilesOfPlan } from '@tessera/engine';
import { expect, test } from 'vitest';
// Built: a thread runs what is compiled.
import { claim, createClaims } from '../dist/compiled/claims.js';
import { MANY_OBJECTS, startEmitter } from '../dist/compiled/emit-together.js';
import { createPacker, createUnpacker } from '../dist/compiled/packed-definitions.js';

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

test('what was offered under another file is made anew', async () => {
  const { steps } = stepsOf(project);
  const emitter = startEmitter(MANY_OBJECTS);
  if (emitter === null) throw new Error('one core only');
  const [first, second] = [steps[0]!, steps[1]!];
  emitter.offer([{ ...first, file: 'features/other.ts' }, second]);
  emitter.begin(steps.slice(0, 40));
  const emitted = await emitter.finish(options);
  const texts = steps.slice(0, 40).map(({ id }) => textOf(emitted.get(id)?.content ?? ''));
  expect(texts).toEqual(steps.slice(0, 40).map((step) => emitStep(step, options).content));
});

test('definitions arrive as they were, each once', () => {
  const [pack, unpack] = [createPacker(), createUnpacker()];
  const labelled = join({
    name: 'labelled',
    left: source,
    parts: [part(groupBys[0]!)],
    labels: [ahead('amount', { operation: 'max', windows: ['3d'], keys: ['user'] })],
  });
  const batches = [[source, groupBys[0]!], [joins[0]!], [labelled, groupBys[1]!]];
  const sent = batches.map((batch) => structuredClone(pack(batch)));
  expect(sent.map(({ sources }) => sources.length)).toEqual([1, 0, 0]);
  expect(sent.map(({ groupBys: some }) => some.length)).toEqual([1, 4, 1]);
  const there = sent.map(unpack);
  expect(there).toEqual(batches);
  const [[, groupBy], [whole]] = [there[0]!, there[1]!];
  expect(whole?.kind === 'join' && whole.parts[0]?.groupBy).toBe(groupBy);
});

test('few objects start no thread; a place is claimed once', () => {
  expect(startEmitter(MANY_OBJECTS - 1)).toBeNull();
  const claims = createClaims(2);
  expect([claim(claims, 1), claim(claims, 1), claim(claims, 0)]).toEqual([true, false, true]);
});
