import { writeFileSync } from 'node:fs';
import { count, events, groupBy, join, last, part, sum } from '@tessera/api';
import { trainSet } from '@tessera/engine';
import { describe, expect, test } from 'vitest';
import { writeFiles } from '../files/command.js';
import { datasetRows } from '../files/workspace.js';
import { type Ground, ground, refused } from './refusal.js';

const sales = events({
  name: 'till.sales',
  path: 'sales',
  format: 'csv',
  columns: { id: 'int64!', who: 'string', amount: 'double', note: 'string', at: 'timestamp' },
  time: 'at',
});
const totals = join({
  name: 'totals',
  left: sales,
  parts: [
    part(
      groupBy({
        name: 'g',
        source: sales,
        keys: ['who'],
        aggregations: [
          count({ windows: ['7d'] }),
          sum('amount', { windows: ['7d'] }),
          last('note'),
        ],
      }),
    ),
  ],
});

const HEAD = 'id,who,amount,note,at';
const first = `${HEAD}\n1,a,1.5,x,2025-03-01T08:00:00Z\n2,a,2.5,y,2025-03-01T09:00:00Z\n`;

/** Files by name below the source's folder. */
async function till(files: Readonly<Record<string, string | Buffer>>): Promise<Ground> {
  const place = await ground();
  writeFiles(
    `${place.lake}/sales`,
    Object.fromEntries(Object.keys(files).map((name) => [name, ''])),
  );
  for (const [name, text] of Object.entries(files))
    writeFileSync(`${place.lake}/sales/${name}`, text);
  return place;
}

async function rowsOf(files: Readonly<Record<string, string | Buffer>>) {
  const { path } = await trainSet(totals, { ...(await till(files)), workers: 1 });
  return (await datasetRows(path ?? '')).map((row) => [
    row.id,
    row.who,
    row.note,
    row.g_count_7d,
    row.g_amount_sum_7d,
    row.g_note_last,
  ]);
}

describe('is read', () => {
  test('files with LF and files with CRLF side by side', async () => {
    expect(
      await rowsOf({ 'a.csv': first, 'b.csv': `${HEAD}\r\n3,a,4,z,2025-03-02T08:00:00Z\r\n` }),
    ).toEqual([
      [1n, 'a', 'x', 0n, null, null],
      [2n, 'a', 'y', 1n, 1.5, 'x'],
      [3n, 'a', 'z', 2n, 4, 'y'],
    ]);
  });

  test('a byte order mark', async () => {
    expect(await rowsOf({ 'a.csv': `\ufeff${first}` })).toHaveLength(2);
  });

  test('quotes, commas, quotes in quotes, line breaks in quotes, nothing and the empty text', async () => {
    const text = `${HEAD}\n1,"a,b",1,"say ""hi""",2025-03-01T08:00:00Z\n2,"a,b",1,"two\nlines",2025-03-01T09:00:00Z\n3,"a,b",1,"",2025-03-01T10:00:00Z\n4,"a,b",,,2025-03-01T11:00:00Z\n`;
    expect(
      (await rowsOf({ 'a.csv': text })).map(([, who, note, , , before]) => [who, note, before]),
    ).toEqual([
      ['a,b', 'say "hi"', null],
      ['a,b', 'two\nlines', 'say "hi"'],
      ['a,b', '', 'two\nlines'],
      ['a,b', null, ''],
    ]);
  });

  test('columns in another order, more columns, no line end at the end', async () => {
    expect(
      await rowsOf({ 'a.csv': 'more,at,note,amount,who,id\n?,2025-03-01T08:00:00Z,x,1,a,1' }),
    ).toEqual([[1n, 'a', 'x', 0n, null, null]]);
  });

  test('a file that has a header alone', async () => {
    expect(await rowsOf({ 'a.csv': first, 'b.csv': `${HEAD}\n` })).toHaveLength(2);
  });

  test('a file without a column that may be null', async () => {
    expect(
      await rowsOf({ 'a.csv': first, 'b.csv': 'id,who,amount,at\n3,a,1,2025-03-02T08:00:00Z\n' }),
    ).toHaveLength(3);
  });
});

describe('is refused, naming file and line', () => {
  test.each([
    [
      'a number that is none',
      `${HEAD}\n1,a,1.5,x,2025-03-01T08:00:00Z\n2,a,2;5,y,2025-03-01T09:00:00Z\n`,
    ],
    ['a whole number that is none', `${HEAD}\none,a,1.5,x,2025-03-01T08:00:00Z\n`],
    ['a whole number beyond int64', `${HEAD}\n9223372036854775808,a,1.5,x,2025-03-01T08:00:00Z\n`],
    ['an instant that is none', `${HEAD}\n1,a,1.5,x,yesterday\n`],
    ['an instant of no calendar', `${HEAD}\n1,a,1.5,x,2025-02-30T08:00:00Z\n`],
    ['too few fields', `${HEAD}\n1,a,1.5,x,2025-03-01T08:00:00Z\n2,a\n`],
    ['too many fields', `${HEAD}\n1,a,1.5,x,2025-03-01T08:00:00Z,7\n`],
    ['a quote that does not end', `${HEAD}\n1,"a,1.5,x,2025-03-01T08:00:00Z\n`],
    [
      'line ends of two kinds',
      `${HEAD}\n1,a,1.5,x,2025-03-01T08:00:00Z\r\n2,a,1.5,x,2025-03-01T08:00:00Z\n`,
    ],
    ['a column without a name', 'id,who,,note,at\n1,a,1,x,2025-03-01T08:00:00Z\n'],
    ['a column twice', 'id,who,amount,note,at,Who\n1,a,1,x,2025-03-01T08:00:00Z,b\n'],
    ['no column of those declared', 'a;b;c\n1;2;3\n'],
    ['a column that may not be null missing', 'who,amount,note,at\na,1,x,2025-03-01T08:00:00Z\n'],
    ['nothing', ''],
    ['an empty line where the header should be', '\n\n'],
    [
      'bytes that are no UTF-8',
      Buffer.concat([
        Buffer.from(`${HEAD}\n1,a,1.5,`),
        Buffer.from([0xff, 0xfe]),
        Buffer.from(',2025-03-01T08:00:00Z\n'),
      ]),
    ],
    ['UTF-16', Buffer.from(`\ufeff${first}`, 'utf16le')],
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
  ])('%s', async (_, text) => {
    expect(
      await refused(totals, await till({ 'good.csv': first, 'odd.csv': text })),
    ).toMatchSnapshot();
  });

  test('all files at once', async () => {
    const place = await till({
      'a.csv': `${HEAD}\n1,a,one,x,2025-03-01T08:00:00Z\n`,
      'b.csv': first,
      'c.csv': `${HEAD}\n1,a,1,x,now\n`,
    });
    expect(await refused(totals, place)).toMatchInlineSnapshot(`
      "
      error FILE_UNREADABLE
        <lake>/sales/a.csv could not be read: line 2: Error when converting column "amount". Could not convert string "one" to 'DOUBLE'
        The line is: 1,a,one,x,2025-03-01T08:00:00Z
      error FILE_UNREADABLE
        <lake>/sales/c.csv could not be read: "now" in column at is no instant
        An instant is written 2025-01-31T10:00:00.123Z, or with +02:00.
      "
    `);
  });
});
