import { join } from 'node:path';
import { parseType } from '@tessera/api';
import { quoteLiteral, run, sinkColumns, sinkWithKey } from '@tessera/lake';
import { describe, expect, test } from 'vitest';
import { fileExchange, memoryExchange } from '../src/exchange.js';
import { memoryBudget, shareMemory } from '../src/memory.js';
import { phaseClock } from '../src/profile/phase-clock.js';
import type { TaskContext } from '../src/tasks/context.js';
import { keyLookup } from '../src/tasks/key-lookup.js';
import { sessionHere } from './session-here.js';

const { session, folder: dir } = await sessionHere('keys');

const { worker } = shareMemory(memoryBudget(undefined), 1);
const contextOf = (memory: Partial<typeof worker> = {}): TaskContext => ({
  session,
  exchange: fileExchange(dir),
  memory: { ...worker, leastLookedUp: 1, ...memory },
  cancelled: () => false,
  clock: phaseClock(0),
});

let tables = 0;
async function keys(values: string) {
  const name = `keys_${tables++}.parquet`;
  const sql = `SELECT CAST(row_number() OVER () - 1 AS INTEGER) AS code, k0 FROM (${values}) v(k0)`;
  await run(session, `COPY (${sql}) TO ${quoteLiteral(join(dir, name))} (FORMAT parquet)`);
  return { kind: 'exchange', name } as const;
}

const TEXTS = "SELECT 'user' || i * 7 FROM range(3000) r(i)";

describe('keyLookup', () => {
  test.each([
    [
      'string',
      TEXTS,
      "CASE WHEN i % 5 = 0 THEN NULL WHEN i % 5 = 1 THEN 'user' || i || '-and-longer' ELSE 'user' || i END",
    ],
    ['int64', 'SELECT i * 7 FROM range(3000) r(i)', 'CASE WHEN i % 5 > 0 THEN i END'],
    ['int32', 'SELECT CAST(i * 7 AS INTEGER) FROM range(3000) r(i)', 'CAST(i - 100 AS INTEGER)'],
    [
      'int64',
      'SELECT CAST(i AS INTEGER) FROM range(3000) r(i)',
      'CASE WHEN i % 3 = 0 THEN i - 9223372036854775000 ELSE i END',
    ],
    [
      'date',
      "SELECT DATE '1960-01-01' + CAST(i AS INTEGER) FROM range(3000) r(i)",
      "DATE '1965-01-01' + CAST(i AS INTEGER)",
    ],
  ])('%s: finds what a join finds', async (type, wanted, asked) => {
    const context = contextOf();
    const table = await keys(wanted);
    const lookup = (await keyLookup(context, table, parseType(type)))!;
    expect(lookup).not.toBeNull();
    const rows = `SELECT i, ${asked} AS k FROM range(20000) r(i)`;
    const found: (readonly [number, number])[] = [];
    const into = new Int32Array(2048);
    const sql = `SELECT ${lookup.sqlOf('k')} AS k, CAST(i AS DOUBLE) AS i FROM (${rows})`;
    await sinkWithKey(session, sql, 'k', { columns: ['i'], kinds: {} }, (key, batch) => {
      lookup.find(key, batch.rows, into);
      const { i } = batch.columns;
      if (i?.kind !== 'f64') throw new Error('no rows');
      for (let row = 0; row < batch.rows; row++)
        if (into[row]! >= 0) found.push([i.values[row]!, into[row]!]);
    });
    const joined: (readonly [number, number])[] = [];
    const path = quoteLiteral(join(dir, table.name));
    const join_ = `SELECT CAST(i AS DOUBLE) AS i, CAST(code AS DOUBLE) AS c FROM (${rows}) e JOIN read_parquet(${path}) t ON e.k = t.k0`;
    await sinkColumns(session, join_, ['i', 'c'], {}, ({ rows: n, columns: { i, c } }) => {
      if (i?.kind !== 'f64' || c?.kind !== 'f64') throw new Error('no rows');
      for (let row = 0; row < n; row++) joined.push([i.values[row]!, c.values[row]!]);
    });
    expect(joined.length).toBeGreaterThan(0);
    expect(found).toEqual(joined);
  });

  test('leaves to SQL what it cannot tell apart, what is few and what is large', async () => {
    const string = parseType('string');
    const none = async (
      table: Awaited<ReturnType<typeof keys>>,
      context = contextOf(),
      type = string,
    ) => expect(await keyLookup(context, table, type)).toBeNull();
    const texts = await keys(TEXTS);
    expect(await keyLookup(contextOf(), texts, string)).not.toBeNull();
    await none(texts, contextOf(), parseType('int64'));
    await none(texts, contextOf(), parseType('double'));
    await none(texts, contextOf({ leastLookedUp: 3001 }));
    await none(texts, contextOf({ taskBytes: 100_000 }));
    await none(await keys("SELECT 'thirteen bytes' UNION ALL SELECT 'few'"));
    await none(await keys("SELECT 'é_twelve_by' || i FROM range(9) r(i)"));
    await none(await keys("SELECT 'a' UNION ALL SELECT 'a' || chr(0)"));
    await none(await keys('SELECT 1.5'), contextOf(), parseType('double'));
    await none(await keys('SELECT 1'), contextOf());
    expect(
      await keyLookup({ ...contextOf(), exchange: memoryExchange() }, texts, string),
    ).toBeNull();
    expect(await keyLookup(contextOf(), { kind: 'table', name: 'keys' }, string)).toBeNull();
    // A table that cannot be read is tried again.
    const gone = { kind: 'exchange', name: 'none.parquet' } as const;
    const context = contextOf();
    await expect(keyLookup(context, gone, string)).rejects.toMatchObject({ code: 'PATH_MISSING' });
    await expect(keyLookup(context, gone, string)).rejects.toMatchObject({ code: 'PATH_MISSING' });
  });
});
