import type { ScalarValue } from '@tessera/algebra';
import {
  beginValue,
  endValue,
  fingerprintBytes,
  writeEntryKey,
  writeRow,
} from '@tessera/kv-writer';
import { streamRows } from '@tessera/lake';
import { fromDuckDb } from '../explain/algebra-values.js';
import { duringAll } from '../profile/phase-clock.js';
import { type RunFile, runWriter } from '../upload/run-file.js';
import type { TaskContext } from './context.js';
import { checkUniqueKeys } from './scatter.js';
import type { EncodeRowsTask } from './task.js';
import { entityRowsSql } from './task-sql.js';

/** Entities of one partition as they are passed through, in the order of their keys. */
export async function runEncodeRows(context: TaskContext, task: EncodeRowsTask): Promise<RunFile> {
  await checkUniqueKeys(context, task);
  const { part, day, types } = task;
  const count = task.scan.keys.length;
  const fingerprint = fingerprintBytes(part.fingerprint);
  const file = runWriter(task.file);
  try {
    const sql = entityRowsSql(
      task.scan,
      task.relation,
      part.columns.map(({ name }) => name),
    );
    await duringAll(context, 'write', () =>
      streamRows(context.session, sql, (rows) => {
        if (context.cancelled()) throw new Error('cancelled');
        for (const row of rows) {
          const values = row.map((value, idx) => fromDuckDb(types[idx]!, value));
          // Keys are scalars, and rows of null keys are left out.
          const key = values.slice(0, count) as ScalarValue[];
          file.begin();
          writeEntryKey(file.bytes, part, day, key);
          file.valueBegins();
          const from = file.bytes.length;
          beginValue(file.bytes, fingerprint);
          writeRow(file.bytes, types.slice(count), values.slice(count));
          endValue(file.bytes, from);
          file.endEntry();
        }
      }),
    );
  } catch (error) {
    file.abandon();
    throw error;
  }
  return file.end();
}
