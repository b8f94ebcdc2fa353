import { join } from 'node:path';
import { parseType } from '@tessera/api';
import { quoteLiteral, run, sinkColumns, sinkWithKeys } from '@tessera/lake';
import { describe, expect, test } from 'vitest';
import { fileExchange, memoryExchange } from '../src/exchange.js';
import { memoryBudget, shareMemory } from '../src/memory.js';
import { phaseClock } from '../src/profile/phase-clock.js';
import type { TaskContext } from '../src/tasks/context.js';
import { type KeyColumn, type KeyLookup, keyLookup } from '../src/tasks/key-lookup.js';
import type { TableRef } from '../src/tasks/task.js';
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
/** @param values rows of `k0`, or of the columns named */
async function keys(values: string, columns: readonly string[] = ['k0']) {
  const name = `keys_${tables++}.parquet`;
  const named = columns.join(', ');
  const sql = `SELECT CAST(row_number() OVER () - 1 AS INTEGER) AS code, ${named} FROM (${values}) v(${named})`;
  await run(session, `COPY (${sql}) TO ${quoteLiteral(join(dir, name))} (FORMAT parquet)`);
  return { kind: 'exchange', name } as const;
}

const typed = (type: string, name = 'k0'): KeyColumn => ({ name, type: parseType(type) });

const lookupOf = (context: TaskContext, table: TableRef, columns: readonly KeyColumn[]) =>
  keyLookup(context, table, columns, context.memory.leastLookedUp);

type Found = (readonly [row: number, code: number])[];

/** @param asked SQL of each column, of a row `i` */
async function lookedUp(lookup: KeyLookup, asked: readonly string[], rows: number): Promise<Found> {
  const found: Found = [];
  const into = new Int32Array(2048);
  const names = asked.map((_, at) => `a${at}`);
  const columns = asked.map((one, at) => `${lookup.keySql[at]!(`(${one})`)} AS a${at}`);
  const sql = `SELECT ${columns.join(', ')}, CAST(i AS DOUBLE) AS i FROM range(${rows}) r(i)`;
  await sinkWithKeys(session, sql, names, { columns: ['i'], kinds: {} }, (key, batch) => {
    lookup.find(key, batch.rows, into);
    const { i } = batch.columns;
    if (i?.kind !== 'f64') throw new Error('no rows');
    for (let row = 0; row < batch.rows; row++)
      if (into[row]! >= 0) found.push([i.values[row]!, into[row]!]);
  });
  return found;
}

async function joined(
  table: Awaited<ReturnType<typeof keys>>,
  columns: readonly KeyColumn[],
  asked: readonly string[],
  rows: number,
): Promise<Found> {
  const found: Found = [];
  const path = quoteLiteral(join(dir, table.name));
  const on = columns.map(({ name }, at) => `e.a${at} = t.${name}`).join(' AND ');
  const own = asked.map((one, at) => `${one} AS a${at}`).join(', ');
  const sql = `SELECT CAST(i AS DOUBLE) AS i, CAST(code AS DOUBLE) AS c FROM (SELECT i, ${own} FROM range(${rows}) r(i)) e JOIN read_parquet(${path}) t ON ${on} ORDER BY i`;
  await sinkColumns(session, sql, ['i', 'c'], {}, ({ rows: n, columns: { i, c } }) => {
    if (i?.kind !== 'f64' || c?.kind !== 'f64') throw new Error('no rows');
    for (let row = 0; row < n; row++) found.push([i.values[row]!, c.values[row]!]);
  });
  return found;
}

const TEXTS = "SELECT 'user' || i * 7 FROM range(3000) r(i)";
const text = (i: string) =>
  `CASE WHEN ${i} % 5 = 0 THEN NULL WHEN ${i} % 5 = 1 THEN 'user' || ${i} || '-and-longer' ELSE 'user' || ${i} END`;
const shop = (i: string) => `CASE WHEN ${i} % 4 = 0 THEN NULL ELSE ${i} % 61 - 30 END`;
const narrow = (i: string) => `CAST(${i} AS INTEGER)`;
const day = (i: string) => `DATE '1969-12-01' + CAST(hash(${i}) % 90 AS INTEGER)`;

describe('keyLookup', () => {
  test.each([
    ['string', TEXTS, text('i')],
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
    const table = await keys(wanted);
    const columns = [typed(type)];
    const lookup = (await lookupOf(contextOf(), table, columns))!;
    expect(lookup).not.toBeNull();
    const found = await lookedUp(lookup, [asked], 20_000);
    expect(found.length).toBeGreaterThan(0);
    expect(found).toEqual(await joined(table, columns, [asked], 20_000));
  });

  test.each([
    ['a text and a number', ['string', 'int64'], [text, shop]],
    ['a number and a text', ['int64', 'string'], [shop, text]],
    ['two numbers, one of them narrow', ['int32', 'int64'], [narrow, shop]],
    ['three', ['string', 'date', 'int64'], [text, day, shop]],
    ['the same twice', ['string', 'string'], [text, text]],
  ])('%s: finds what a join finds', async (_, types, asked) => {
    const columns = types.map((type, at) => typed(type, `k${at}`));
    const names = columns.map(({ name }) => name);
    // A third of the rows, those without a null or a longer text.
    const own = asked.map((of, at) => `${of('i')} AS ${names[at]}`);
    const known = types.map((type, at) =>
      type === 'string' ? `strlen(k${at}) < 13` : `k${at} IS NOT NULL`,
    );
    const rows = `SELECT ${own.join(', ')} FROM range(0, 9000, 3) r(i)`;
    const table = await keys(
      `SELECT DISTINCT ${names.join(', ')} FROM (${rows}) WHERE ${known.join(' AND ')}`,
      names,
    );
    const lookup = (await lookupOf(contextOf(), table, columns))!;
    expect(lookup).not.toBeNull();
    const same = asked.map((of) => of('i'));
    const found = await lookedUp(lookup, same, 9000);
    expect(found.length).toBeGreaterThan(1000);
    expect(found).toEqual(await joined(table, columns, same, 9000));
    // Each value is known, and of their combinations a few.
    const mixed = asked.map((of, at) => of(at === 0 ? '(i * 7 % 9000)' : 'i'));
    expect(await lookedUp(lookup, mixed, 9000)).toEqual(await joined(table, columns, mixed, 9000));
  });

  test('keys of which one is null are left to SQL, and of many key sets those that find no memory', async () => {
    const pair = [typed('string'), typed('int64', 'k1')];
    const names = ['k0', 'k1'];
    const withNull = await keys("VALUES ('a', 1), ('b', NULL)", names);
    expect(await lookupOf(contextOf(), withNull, pair)).toBeNull();
    const some = "SELECT 'user' || i, i FROM range(3000) r(i)";
    const context = contextOf({ taskBytes: 2_000_000 });
    const found = [];
    for (let set = 0; set < 4; set++)
      found.push((await lookupOf(context, await keys(some, names), pair)) !== null);
    expect(found).toEqual([true, true, false, false]);
  });

  test('leaves to SQL several columns of which one cannot be told apart, and more combinations than are counted', async () => {
    const pair = [typed('string'), typed('int64', 'k1')];
    const asked = async (values: string, columns = pair, context = contextOf()) => {
      const names = columns.map(({ name }) => name);
      return (await lookupOf(context, await keys(values, names), columns)) !== null;
    };
    const some = "SELECT 'user' || i % 50, i % 7 FROM range(350) r(i)";
    expect(await asked(some)).toBe(true);
    expect(await asked(some, pair, contextOf({ taskBytes: 200_000 }))).toBe(false);
    expect(await asked("SELECT 'thirteen bytes', 1")).toBe(false);
    expect(await asked("SELECT 'a', 1 UNION ALL SELECT 'a' || chr(0), 1")).toBe(false);
    expect(await asked("SELECT 'a', 1.5", [typed('string'), typed('double', 'k1')])).toBe(false);
    const wide = (columns: number) => {
      const at = Array.from({ length: columns }, (_, idx) => idx);
      const values = `SELECT ${at.map(() => 'i').join(', ')} FROM range(9000) r(i)`;
      return asked(
        values,
        at.map((idx) => typed('int64', `k${idx}`)),
      );
    };
    // 9000 ^ 4 is below 2 ^ 53, 9000 ^ 5 is not.
    expect(await wide(4)).toBe(true);
    expect(await wide(5)).toBe(false);
  });

  test('leaves to SQL what it cannot tell apart, what is few and what is large', async () => {
    const string = [typed('string')];
    const none = async (
      table: Awaited<ReturnType<typeof keys>>,
      context = contextOf(),
      columns: readonly KeyColumn[] = string,
    ) => expect(await lookupOf(context, table, columns)).toBeNull();
    const texts = await keys(TEXTS);
    expect(await lookupOf(contextOf(), texts, string)).not.toBeNull();
    await none(texts, contextOf(), []);
    await none(texts, contextOf(), [{ name: 'k0', type: undefined }]);
    await none(texts, contextOf(), [typed('int64')]);
    await none(texts, contextOf(), [typed('double')]);
    await none(texts, contextOf({ leastLookedUp: 3001 }));
    await none(texts, contextOf({ taskBytes: 100_000 }));
    await none(await keys("SELECT 'thirteen bytes' UNION ALL SELECT 'few'"));
    await none(await keys("SELECT 'é_twelve_by' || i FROM range(9) r(i)"));
    await none(await keys("SELECT 'a' UNION ALL SELECT 'a' || chr(0)"));
    await none(await keys('SELECT 1.5'), contextOf(), [typed('double')]);
    await none(await keys('SELECT 1'), contextOf());
    expect(
      await lookupOf({ ...contextOf(), exchange: memoryExchange() }, texts, string),
    ).toBeNull();
    expect(await lookupOf(contextOf(), { kind: 'table', name: 'keys' }, string)).toBeNull();
    // A table that cannot be read is tried again.
    const gone = { kind: 'exchange', name: 'none.parquet' } as const;
    const context = contextOf();
    await expect(lookupOf(context, gone, string)).rejects.toMatchObject({ code: 'PATH_MISSING' });
    await expect(lookupOf(context, gone, string)).rejects.toMatchObject({ code: 'PATH_MISSING' });
  });
});
