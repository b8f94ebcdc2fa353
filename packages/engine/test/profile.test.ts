import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TesseraError } from '@tessera/api';
import { afterAll, describe, expect, test } from 'vitest';
import { during, phaseClock, type TaskTimes } from '../src/profile/phase-clock.js';
import { stageSums } from '../src/profile/stage-sums.js';
import type { Timeline } from '../src/profile/timeline.js';
import { type TraceEvent, traceEvents } from '../src/profile/trace.js';
import { checkTracePath, writeTrace } from '../src/profile/trace-file.js';
import { NO_USAGE } from '../src/profile/usage.js';

const folder = mkdtempSync(join(tmpdir(), 'tessera-profile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const total = (phases: object) => Object.values(phases).reduce((sum, ms) => sum + ms, 0);

/** Until the clock shows another time. */
function spin(): void {
  const from = performance.now();
  while (performance.now() - from < 0.1);
}

describe('phaseClock', () => {
  test('every moment of a task is of one phase, also of what fails', () => {
    const clock = phaseClock(7, 3);
    clock.begin('scan');
    spin();
    during({ clock }, 'scatter', () => {
      spin();
      expect(() =>
        during({ clock }, 'write', () => {
          spin();
          throw new Error('full');
        }),
      ).toThrow('full');
      expect(clock.enter('scatter')).toBe('scatter');
      spin();
    });
    expect(clock.enter('scan')).toBe('scan');
    clock.moved({ read: 5 });
    clock.moved({ read: 6, written: 7 });
    const { phasesMs, startMs, endMs, turns, ...rest } = clock.end();
    expect(rest).toEqual({ thread: 7, readyMs: 3, readBytes: 11, writtenBytes: 7 });
    expect(Object.keys(phasesMs)).toEqual(['scan', 'scatter', 'write']);
    expect(total(phasesMs)).toBeCloseTo(endMs - startMs, 6);
    expect(turns?.map(({ phase }) => phase)).toEqual([
      ...['scan', 'scatter', 'write', 'scatter', 'scan'],
    ]);
    expect(turns?.at(-1)?.endMs).toBe(endMs);
  });

  test('looking whether memory is tight is no turn, but counts', () => {
    const clock = phaseClock(0);
    clock.begin('sweep');
    for (let i = 0; i < 50; i++) {
      spin();
      during({ clock }, 'collect', () => undefined);
    }
    spin();
    const { turns, phasesMs, endMs } = clock.end();
    // A machine that stops here for longer makes it one.
    if ((phasesMs.collect ?? 0) < 1) expect(turns).toEqual([{ phase: 'sweep', endMs }]);
    expect(Object.keys(phasesMs)).toEqual(expect.arrayContaining(['sweep']));
  });

  test('the next task begins anew; of very many turns only sums are kept', () => {
    const clock = phaseClock(0);
    for (const turns of [1000, 2]) {
      clock.begin('read');
      for (let i = 0; i < turns; i++) during({ clock }, 'sort', spin);
      const times = clock.end();
      expect(total(times.phasesMs)).toBeCloseTo(times.endMs - times.startMs, 6);
      if (turns === 1000) expect(times.turns).toBe(null);
      else expect(times.turns?.filter(({ phase }) => phase === 'sort')).toHaveLength(2);
      expect(JSON.stringify(times).length).toBeLessThan(1000);
    }
  });
});

const taskAt = (startMs: number, endMs: number, changes: Partial<TaskTimes> = {}): TaskTimes => ({
  ...{ thread: 1, readyMs: 12, startMs, endMs, readBytes: 0, writtenBytes: 0 },
  phasesMs: { scan: endMs - startMs },
  turns: null,
  ...changes,
});

test('what workers did not do is waiting; threads that start while a stage waits for them count', () => {
  const usage = (minorFaults: number) => ({ ...NO_USAGE, minorFaults });
  const sums = stageSums('rest', 0, usage(100));
  sums.enter('scan', 10, usage(103));
  sums.task('scan', taskAt(12, 17), { rows: 4, fileBytes: 100, outputBytes: 0 });
  sums.task('scan', taskAt(17, 20, { phasesMs: { scan: 1, wait: 2 }, readBytes: 3 }), {
    ...{ rows: 6, fileBytes: 0, outputBytes: 50 },
  });
  sums.enter('rest', 20, usage(110));
  sums.tasksFrom('scan', { startMs: 10, endMs: 20 }, 2);
  // Begun 3 ms before the stage, ready 2 ms into it.
  const [scan, rest, ...more] = sums.finish([{ thread: 1, startMs: 7, endMs: 12 }]);
  expect(more).toEqual([]);
  expect(scan).toEqual({
    ...{ stage: 'scan', wallMs: 10, tasks: 2, rows: 10, readBytes: 103, writtenBytes: 50 },
    phasesMs: { start: 2, scan: 6, wait: 2 + 20 - 10 },
    usage: usage(7),
  });
  expect(rest).toMatchObject({ stage: 'rest', wallMs: 10, phasesMs: {}, usage: usage(3) });
});

const timeline = (tasks: Timeline['tasks'], mainThread = 0): Timeline => ({
  ...{ startMs: 1000, mainThread, beside: [], memory: [], ready: [], tasks },
  stages: [{ name: 'scan', startMs: 1000.5, endMs: 1010 }],
});

const record = (times: Partial<TaskTimes>) => ({
  ...taskAt(1001, 1005, times),
  ...{ rows: 9, fileBytes: 1, outputBytes: 2, name: 'scan of "visits"', type: 'scatter' },
});

const drawn = (events: Iterable<TraceEvent>) => [...events].filter(({ ph }) => ph === 'X');

describe('traceEvents', () => {
  test('a task, with its phases inside it', () => {
    const turns = [
      { phase: 'read', endMs: 1002.25 },
      { phase: 'sort', endMs: 1005 },
    ] as const;
    const task = record({ turns, phasesMs: { read: 1.25, sort: 2.75 }, readBytes: 10 });
    expect(drawn(traceEvents('tessera', timeline([task])))).toEqual([
      { ...{ name: 'scan', cat: 'stage', ph: 'X', ts: 500, dur: 9500, pid: 1, tid: 1 } },
      {
        ...{ name: 'scan of "visits"', cat: 'scatter', ph: 'X', ts: 1000, dur: 4000 },
        ...{ pid: 1, tid: 2 },
        args: {
          ...{ rows: 9, 'read bytes': 11, 'written bytes': 2, 'read ms': 1.25, 'sort ms': 2.75 },
        },
      },
      { ...{ name: 'read', cat: 'phase', ph: 'X', ts: 1000, dur: 1250, pid: 1, tid: 2 } },
      { ...{ name: 'sort', cat: 'phase', ph: 'X', ts: 2250, dur: 2750, pid: 1, tid: 2 } },
    ]);
  });

  test('tasks of the calling thread stand below its stages', () => {
    const events = [...traceEvents('tessera', timeline([record({ thread: 4 })], 4))];
    expect(new Set(events.map(({ tid }) => tid))).toEqual(new Set([1]));
    expect(events.filter(({ ph }) => ph === 'M').map(({ name, args }) => [name, args])).toEqual([
      ['process_name', { name: 'tessera' }],
      ['thread_name', { name: 'run and its tasks' }],
      ['thread_sort_index', { sort_index: 1 }],
    ]);
  });
});

describe('the file', () => {
  test('is one JSON document however many events, and may replace an earlier one', async () => {
    const file = join(folder, 'trace.json');
    for (const tasks of [0, 2500, 3]) {
      checkTracePath(file, 'profile');
      const records = Array.from({ length: tasks }, () => record({}));
      await writeTrace(file, traceEvents('tessera', timeline(records)));
      const { traceEvents: events } = JSON.parse(readFileSync(file, 'utf8'));
      expect(drawn(events)).toHaveLength(1 + tasks);
    }
    expect(readdirSync(folder)).toEqual(['trace.json']);
  });

  test('is not left half-written', async () => {
    const events = function* (): Generator<TraceEvent> {
      yield* traceEvents('tessera', timeline(Array.from({ length: 2000 }, () => record({}))));
      throw new Error('stopped');
    };
    const before = readdirSync(folder);
    await expect(writeTrace(join(folder, 'half.json'), events())).rejects.toThrow('stopped');
    expect(readdirSync(folder)).toEqual(before);
  });

  test('goes where nothing else is', () => {
    const at = (name: string) => join(folder, 'places', name);
    mkdirSync(at('folder'), { recursive: true });
    writeFileSync(at('empty.json'), '');
    writeFileSync(at('other.json'), '{"name":"somebody"}');
    const refused = (path: string) => {
      try {
        checkTracePath(path, '--profile');
        return null;
      } catch (error) {
        return String((error as TesseraError<'BAD_OPTION'>).params.reason).replaceAll(folder, '…');
      }
    };
    expect(['new.json', 'empty.json'].map((name) => refused(at(name)))).toEqual([null, null]);
    expect(refused(at('none/new.json'))).toBe(
      'cannot be written: there is no folder …/places/none',
    );
    expect(refused(at('other.json/new.json'))).toMatch('there is no folder');
    expect(refused(at('other.json/a/new.json'))).toMatch('there is no folder');
    expect(refused(at('folder'))).toBe('names what is no file: …/places/folder');
    expect(refused('/dev/null')).toMatch('names what is no file');
    expect(refused(at('other.json'))).toBe(
      'would replace a file that is no timeline: …/places/other.json',
    );
  });
});
