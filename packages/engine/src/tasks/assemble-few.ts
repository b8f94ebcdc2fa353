import {
  checksumFile,
  copyToParquet,
  createTableFromBatch,
  quoteIdent,
  run,
  type TableColumn,
} from '@tessera/lake';
import type { TaskContext } from './context.js';
import { columnsInLeftOrder } from './left-order.js';
import { localise } from './localise.js';
import type { AssembleFewResult, AssembleResult } from './result.js';
import type { AssembleFewTask, LeftScan } from './task.js';
import { leftSql } from './task-sql.js';

/**
 * Write small partitions whose rows are put together at once: a statement each is left, that copies its rows out of a table
 * of all. A file's bytes are those of `runAssemble`: they depend on its rows and their order alone.
 */
export async function runAssembleFew(
  context: TaskContext,
  { members }: AssembleFewTask,
): Promise<AssembleFewResult> {
  const { session } = context;
  const features = await featuresOf(context, members);
  const [{ leftColumns }] = members;
  const rows = members.reduce((sum, member) => sum + member.rows, 0);
  context.clock.enter('write');
  // Names of ours: those of users may differ in their case alone.
  const own = features.map((column, idx) => ({ ...column, name: `f${idx}` }));
  await createTableFromBatch(session, 'features', own, rows);
  const left = leftColumns.map((name, idx) => `l.${quoteIdent(name)} AS l${idx}`);
  const from = `(${leftSql(leftOf(members), leftColumns)}) l POSITIONAL JOIN features f`;
  await run(
    session,
    `CREATE OR REPLACE TEMP TABLE few AS SELECT ${[...left, ...own.map(({ name }) => `f.${name}`)].join(', ')} FROM ${from}`,
  );
  await run(session, 'DROP TABLE features');
  const columns = [
    ...leftColumns.map((name, idx) => `l${idx} AS ${quoteIdent(name)}`),
    ...features.map(({ name }, idx) => `f${idx} AS ${quoteIdent(name)}`),
  ];
  const results: AssembleResult[] = [];
  let first = 0;
  for (const member of members) {
    if (member.file === null) throw new Error('no file to write');
    const sql = `SELECT ${columns.join(', ')} FROM few WHERE rowid >= ${first} AND rowid < ${first + member.rows}`;
    const written = await copyToParquet(session, sql, member.file, columns.length);
    if (written !== member.rows)
      throw new Error(`${member.partition.ds}: ${written} rows written of ${member.rows}`);
    first += member.rows;
    results.push({ rows: written, ...(await checksumFile(member.file)) });
  }
  await run(session, 'DROP TABLE few');
  return { members: results };
}

/** Feature columns of all members, one behind the other, in output order. */
async function featuresOf(
  context: TaskContext,
  members: AssembleFewTask['members'],
): Promise<TableColumn[]> {
  const [first] = members;
  const strings = { dictionaries: first.dictionaries, use: 'written' as const };
  const blocksOf = (scan: string) => {
    let shift = 0;
    return members.map(({ rows, blocks, partition }) => {
      shift += rows;
      return { sections: blocks[scan]?.[0] ?? [], rows, shift: shift - rows, of: partition.ds };
    });
  };
  const written = first.features.filter(({ outputIdx }) => outputIdx >= 0);
  const swept = columnsInLeftOrder(context, written, blocksOf);
  const made: { readonly outputIdx: number; readonly column: TableColumn }[] = [];
  for (const feature of written) {
    const { name, outputIdx, outputType: type } = feature;
    const found = swept(feature);
    if (found === null) throw new Error(`no column ${name}`);
    const local = await localise(context, found, feature, strings);
    made.push({
      outputIdx,
      column: {
        ...{ name, type, column: local.column },
        ...(local.strings && { dictionary: local.strings }),
      },
    });
  }
  return made.sort((a, b) => a.outputIdx - b.outputIdx).map(({ column }) => column);
}

/** Left rows of all members: each is read from files of its own, in their order. */
function leftOf([first, ...others]: AssembleFewTask['members']): LeftScan {
  const { left } = first;
  if (left?.relation.kind !== 'parquet') throw new Error('left rows lie elsewhere');
  const files = [first, ...others].flatMap((member) =>
    member.left?.relation.kind === 'parquet' ? member.left.relation.files : [],
  );
  return { ...left, relation: { ...left.relation, files } };
}
