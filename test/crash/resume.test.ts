import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findGarbage, removeGarbage } from '@tessera/engine';
import { beforeAll, describe, expect, test } from 'vitest';
import { start } from '../files/command.js';
import { tesseraHere } from '../files/command-here.js';
import { filesBelow } from '../files/workspace.js';
import { copyOut, datasetOf, published, writeDay, writeProject } from './visits.js';

/** A run that is killed when most of its tasks are finished: the next does the others, and hardly more. */

const LONG = process.env.TESSERA_LONG === '1';
const DAYS = Array.from({ length: LONG ? 40 : 9 }, (_, i) =>
  new Date(Date.UTC(2025, 0, 1 + i)).toISOString().slice(0, 10),
);

const RUNS = {
  'tiles of a backfill': ['backfill', '--join', 'habits', '--workers', '2'],
  'a training set of rows': ['train-set', '--tiles', 'off', '--workers', '2', '--buckets', '24'],
  'a training set that builds tiles first': ['train-set', '--tiles', 'always', '--workers', '1'],
} as const;

interface Counters {
  readonly tasks: number;
  readonly tasksResumed: number;
}

let folder = '';
beforeAll(async () => {
  folder = await writeProject(DAYS);
});

async function run(
  argv: readonly string[],
  out: string,
): Promise<{ counters: Counters; plan: { resumed: number } }> {
  const ended = await tesseraHere([...argv, '--no-summary', '--json', '--out', out], folder);
  expect(ended.code, ended.err).toBe(0);
  return JSON.parse(ended.out) as { counters: Counters; plan: { resumed: number } };
}

/** Kill a run when so many tasks are recorded as finished. */
async function killedAt(argv: readonly string[], out: string, tasks: number): Promise<void> {
  const { ended } = start([...argv, '--no-summary', '--out', out], folder, {
    TESSERA_FAULT: `task.recorded:${tasks}:kill`,
  });
  expect((await ended).code).toBeNull();
}

/** The last does what the others do. */
const chosen = (Object.keys(RUNS) as (keyof typeof RUNS)[]).slice(LONG ? 0 : -1);

describe.each(chosen)('%s', (name) => {
  test('killed at 90 % of its tasks: the next run redoes at most 15 %', async () => {
    const argv = RUNS[name];
    const id = name.replaceAll(' ', '-');
    const whole = await run(argv, `${id}-whole`);
    const total = whole.counters.tasks;
    expect(whole.counters.tasksResumed).toBe(0);
    const done = Math.floor(total * 0.9);
    await killedAt(argv, id, done);
    const next = await run(argv, id);
    const redone = next.counters.tasks - (total - done);
    console.log(
      `${name}: ${total} tasks, killed at ${done}; the next run did ${next.counters.tasks}, ${redone} of them again`,
    );
    expect(redone).toBeLessThanOrEqual(0.15 * total);
    expect(next.plan.resumed).toBeGreaterThan(0);
    expect(published(join(folder, id))).toEqual(published(join(folder, `${id}-whole`)));
  });
});

describe('finished tasks count only if', () => {
  const argv = RUNS['a training set of rows'];
  const work = (out: string) => join(datasetOf(join(folder, out)), '_staging/work');
  /** What one killed run left; each test has a copy. */
  const left = (out: string) => copyOut(join(folder, 'killed'), join(folder, out));
  beforeAll(() => killedAt(argv, 'killed', 20));

  test('what they made is whole', async () => {
    left('damaged');
    // A left task: others that read it are known by what they read, and stay finished.
    const [file] = filesBelow(work('damaged')).filter((name) => name.startsWith('left'));
    const path = join(work('damaged'), file!);
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(path, bytes);
    const { plan } = await run([...argv, '--plan'], 'damaged');
    const { counters } = await run(argv, 'damaged');
    expect(counters.tasksResumed).toBe(plan.resumed - 1);
    await run(argv, 'undamaged');
    expect(published(join(folder, 'damaged'))).toEqual(published(join(folder, 'undamaged')));
  });

  test('the line that says so is whole', async () => {
    left('cut');
    const log = join(work('cut'), 'tasks.log');
    writeFileSync(log, readFileSync(log).subarray(0, -7));
    expect((await run([...argv, '--plan'], 'cut')).plan.resumed).toBe(19);
    expect((await run(argv, 'cut')).counters.tasksResumed).toBe(19);
    expect(readdirSync(datasetOf(join(folder, 'cut')))).not.toContain('_staging');
  });

  // The last: it changes the lake.
  test('the run is the same: other buckets, or another file, begin anew', async () => {
    left('other');
    const more = await run([...argv.slice(0, -1), '12', '--plan'], 'other');
    expect(more.plan.resumed).toBe(0);
    expect((await run([...argv, '--plan'], 'other')).plan.resumed).toBe(20);
    await writeDay(join(folder, 'lake'), DAYS[7]!, 9);
    const { plan, counters } = await run(argv, 'other');
    expect([plan.resumed, counters.tasksResumed]).toEqual([0, 0]);
    await run(argv, 'another');
    expect(published(join(folder, 'other'))).toEqual(published(join(folder, 'another')));
  });
});

describe('SIGTERM, as machines send that go down,', () => {
  const argv = ['train-set', '--no-summary', '--tiles', 'off', '--workers', '1', '--buckets', '24'];
  const namesOf = (out: string) => readdirSync(datasetOf(join(folder, out)));

  /** Told to end once some tasks are recorded. */
  async function ended(out: string, signal: 'SIGINT' | 'SIGTERM'): Promise<void> {
    const run = start([...argv, '--out', out], folder);
    await run.said(/^ {2}scan /m);
    run.child.kill(signal);
    expect((await run.ended).code).toBe(130);
  }

  test('leaves finished tasks and no lock; Ctrl-C leaves nothing', async () => {
    await ended('told', 'SIGTERM');
    expect(namesOf('told')).toEqual(['_staging']);
    const { plan, counters } = await run(argv, 'told');
    expect(plan.resumed).toBeGreaterThan(0);
    expect(counters.tasksResumed).toBe(plan.resumed);
    await run(argv, 'untold');
    expect(published(join(folder, 'told'))).toEqual(published(join(folder, 'untold')));
    await ended('given-up', 'SIGINT');
    expect(filesBelow(join(folder, 'given-up'))).toEqual([]);
  });

  test('what nobody goes on with is found by gc, when it is old enough', async () => {
    await ended('forgotten', 'SIGTERM');
    const out = join(folder, 'forgotten');
    const young = await findGarbage([], { out });
    expect(young.items.map(({ kind, state }) => `${kind} ${state}`)).toEqual(['staged young']);
    const { items } = await removeGarbage([], { out, olderThanMs: 0 });
    expect(items.map(({ kind, state }) => `${kind} ${state}`)).toEqual(['staged removed']);
    expect(filesBelow(out)).toEqual([]);
  });
});
