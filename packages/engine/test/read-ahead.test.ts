import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Batch } from '@tessera/columnar';
import { afterAll, describe, expect, test } from 'vitest';
import { fileExchange } from '../src/exchange.js';
import { phaseClock } from '../src/profile/phase-clock.js';
import { timedExchange } from '../src/profile/timed-exchange.js';
import { piecesOf } from '../src/tasks/partition-pieces.js';
import { readAhead, sweptColumns } from '../src/tasks/read-ahead.js';
import type { AssembleTask, Section } from '../src/tasks/task.js';

const folder = mkdtempSync(join(tmpdir(), 'tessera-ahead-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PIECE_ROWS = 100;
const FEATURES = [
  { scan: 's0', name: 'sum' },
  { scan: 's1', name: 'count' },
  { scan: 's0', name: 'average' },
] as const;

/** Two sweeps of the rows of a piece, which left them in their own order. */
function blocksOf(rows: number, scan: string): Batch[] {
  const half = rows >> 1;
  return [rows - half, half].map((own, block) => {
    const position = Int32Array.from({ length: own }, (_, i) => 2 * (own - 1 - i) + block);
    const columns = FEATURES.flatMap(({ name, scan: of }, at) =>
      of === scan ? [[name, Float64Array.from(position, (row) => 1000 * at + row)] as const] : [],
    );
    return {
      rows: own,
      columns: {
        position: { kind: 'code', values: position },
        ...Object.fromEntries(columns.map(([name, values]) => [name, { kind: 'f64', values }])),
      },
    };
  });
}

/** An exchange that counts what is read of it, and a task's thread. */
function thread() {
  const clock = phaseClock(0);
  const files = fileExchange(folder);
  const reads: string[] = [];
  const counted = {
    ...files,
    read(section: Section) {
      reads.push(section.name);
      return files.read(section);
    },
  };
  const exchange = timedExchange(counted, clock);
  return { exchange, clock, reads, cancelled: () => false };
}

let tasks = 0;

/** What is read of a partition; nothing else of it is done. */
function partition({ exchange }: ReturnType<typeof thread>, rows: number): AssembleTask {
  const id = tasks++;
  const blocks = Object.fromEntries(
    ['s0', 's1'].map((scan) => [scan, [exchange.write(`${id}/${scan}`, blocksOf(rows, scan))]]),
  );
  return {
    ...{ type: 'assemble', partition: { idx: id, ds: `day ${id}` }, rows, pieceRows: PIECE_ROWS },
    ...{ blocks, features: FEATURES },
  } as unknown as AssembleTask;
}

/** Columns of a task's only piece. */
function columnsOf(own: ReturnType<typeof thread>, task: AssembleTask) {
  const swept = sweptColumns(own, task, piecesOf(task)[0]!);
  return FEATURES.map((feature) => {
    const column = swept(feature);
    return column?.kind === 'f64' ? [...column.values] : null;
  });
}

const wanted = (rows: number) =>
  FEATURES.map((_, at) => Array.from({ length: rows }, (_, row) => 1000 * at + row));

describe('readAhead', () => {
  test('the next partition has been read, once, and is what it is without', () => {
    const own = thread();
    const [running, next] = [partition(own, 40), partition(own, 60)];
    readAhead(own, running, next);
    expect(own.reads.length).toBe(4);
    expect(columnsOf(own, next)).toEqual(wanted(60));
    expect(own.reads.length).toBe(4);
    // Tried again it is read again.
    expect(columnsOf(own, next)).toEqual(wanted(60));
    expect(own.reads.length).toBe(8);
    expect(columnsOf(own, running)).toEqual(wanted(40));
  });

  test('nothing is read where two partitions are more than one may be, for another task, or once a run is cancelled', () => {
    const own = thread();
    const [running, next, none] = [partition(own, 40), partition(own, 61), partition(own, 0)];
    readAhead(own, running, next);
    readAhead({ ...own, cancelled: () => true }, none, next);
    readAhead(own, { type: 'assemble-few', members: [running] }, next);
    readAhead(own, running, { type: 'assemble-few', members: [next] });
    expect(own.reads).toEqual([]);
    expect(columnsOf(own, next)).toEqual(wanted(61));
  });

  test('a failure is met by the task itself, if it is still there', () => {
    const own = thread();
    const [running, next] = [partition(own, 2), partition(own, 6)];
    const file = join(folder, next.blocks.s1![0]![0]!.name);
    renameSync(file, `${file}.away`);
    readAhead(own, running, next);
    expect(() => columnsOf(own, next)).toThrow('ENOENT');
    readAhead(own, running, next);
    renameSync(`${file}.away`, file);
    expect(columnsOf(own, next)).toEqual(wanted(6));
  });

  test('the time is that of reading, and the task that runs goes on as before', () => {
    const own = thread();
    const [running, next] = [partition(own, 40), partition(own, 60)];
    own.clock.begin('write');
    readAhead(own, running, next);
    expect(own.clock.enter('write')).toBe('write');
    const { phasesMs, readBytes } = own.clock.end();
    expect(phasesMs.read).toBeGreaterThan(0);
    expect(Object.keys(phasesMs).filter((phase) => phase !== 'write')).toEqual(['read']);
    const sections = Object.values(next.blocks).flat(2);
    expect(readBytes).toBe(sections.reduce((sum, { length }) => sum + length, 0));
  });
});
