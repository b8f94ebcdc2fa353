import type { Relation } from '@tessera/lake';
import { sum } from '../sum.js';
import type {
  AssembleFewResult,
  AssembleResult,
  DictionaryResult,
  KeysResult,
  LeftResult,
  ReadTilesResult,
  ScatterResult,
  SweepResult,
} from '../tasks/result.js';
import type { LeftScan, Task } from '../tasks/task.js';

/** What a task did, beside the blocks that it read and wrote. */
export interface TaskWork {
  /** As progress counts them: keys, strings, rows of files, tiles, left rows. */
  readonly rows: number;
  /** Size of the files that it read, all of each; of those whose size is known. */
  readonly fileBytes: number;
  /** Size of the partition that it wrote. */
  readonly outputBytes: number;
}

/** @param sizes of files, by path */
export function workOf(task: Task, result: unknown, sizes: ReadonlyMap<string, number>): TaskWork {
  const files = (relation: Relation | undefined) =>
    relation === undefined || relation.kind === 'table'
      ? 0
      : sum(relation.files.map(({ path }) => sizes.get(path) ?? 0));
  const left = (from: LeftScan | null) => files(from?.relation);
  const read = (rows: number, fileBytes: number) => ({ rows, fileBytes, outputBytes: 0 });
  // Results are those of their tasks.
  switch (task.type) {
    case 'keys':
      return read((result as KeysResult).keys, left(task.from));
    case 'dictionary':
      return read((result as DictionaryResult).strings, files(task.scan.relation));
    case 'build-tiles':
      return read(task.rows, files(task.relation));
    case 'merge-tiles':
      return read(0, 0);
    case 'left':
      return read(sum(Object.values((result as LeftResult).rows)), left(task.from));
    case 'scatter':
      return read((result as ScatterResult).rowsScanned, files(task.relation));
    case 'read-tiles':
      return read(
        (result as ReadTilesResult).rows,
        sum(task.scan.places.map(({ bytes }) => bytes)),
      );
    case 'slices':
      return read(0, 0);
    case 'sweep':
      return read(sum((result as SweepResult).scans.map(({ counts }) => counts.leftRows)), 0);
    case 'encode-states':
      // Blocks were counted where they were made.
      return task.blocks === null ? read(task.rows, files(task.relation)) : read(0, 0);
    case 'encode-rows':
      return read(0, files(task.relation));
    case 'assemble-few': {
      const { members } = result as AssembleFewResult;
      return {
        rows: sum(members.map(({ rows }) => rows)),
        fileBytes: sum(task.members.map((member) => left(member.left))),
        outputBytes: sum(members.map(({ bytes }) => bytes)),
      };
    }
    case 'assemble': {
      const { rows, bytes } = result as AssembleResult;
      return { rows, fileBytes: left(task.left), outputBytes: bytes };
    }
  }
}
