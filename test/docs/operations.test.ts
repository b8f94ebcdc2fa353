import * as api from '@tessera/api';
import { events, groupBy, join, OPERATIONS, part } from '@tessera/api';
import { joinRows } from '@tessera/engine';
import { describe, expect, test } from 'vitest';
import { readDoc, section, tableRows } from './markdown.js';

const doc = readDoc('docs/operations.md');
const code = (cell: string) => cell.replace(/^`(.*)`$/, '$1');
const examples = tableRows(section(doc, 'Examples')).map(
  ([call = '', type = '', values = '', result = '']) => ({
    call: code(call),
    type: code(type),
    values: JSON.parse(code(values)) as api.LiteralValue[],
    result: JSON.parse(code(result)) as unknown,
  }),
);

/** The document's text as the call that it is. */
function aggregation(call: string): ReturnType<typeof api.sum> {
  const names = Object.keys(api);
  // The text is a call of one of the package's functions; what it makes is checked by groupBy.
  const make = new Function(...names, `return ${call}`) as (
    ...all: unknown[]
  ) => ReturnType<typeof api.sum>;
  return make(...Object.values(api));
}

/** int64 as a number, a map as an object: the forms of the document. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

async function evaluate(
  call: string,
  type: string,
  values: readonly api.LiteralValue[],
): Promise<unknown> {
  const columns: Record<string, string> = {
    k: 'string',
    x: type,
    w: 'double',
    b: 'string',
    t: 'timestamp',
  };
  const asked = { k: 'string', t: 'timestamp' } as const;
  // Columns are made at run time, so the compiler cannot know them.
  const source = (events as (definition: unknown) => api.Events<'s', typeof asked>)({
    name: 's',
    path: 's',
    columns,
    time: 't',
  });
  const left = events({ name: 'l', path: 'l', columns: asked, time: 't' });
  const group = groupBy({
    name: 'g',
    source,
    keys: ['k'],
    aggregations: [aggregation(call)] as never,
  });
  const minute = (idx: number) => new Date(Date.UTC(2025, 0, 1, 0, idx)).toISOString();
  const rows = values.map((x, idx) => ({
    k: 'key',
    x,
    w: idx + 1,
    b: idx % 2 === 0 ? 'a' : 'b',
    t: minute(idx),
  }));
  const definition = join({ name: 'j', left, parts: [part(group)] });
  const [row] = await joinRows(definition, {
    s: rows,
    l: [{ k: 'key', t: minute(values.length) }],
  });
  return plain(Object.entries(row ?? {}).find(([name]) => name.startsWith('g_'))?.[1]);
}

describe('docs/operations.md', () => {
  test('no operation is left out, of either table', () => {
    const called = new Set(examples.map(({ call }) => aggregation(call).operation));
    expect([...called].sort()).toEqual([...OPERATIONS].sort());
    const typed = tableRows(section(doc, 'Types')).flatMap(([names = '']) => names.split(', '));
    expect(typed.sort()).toEqual([...OPERATIONS].sort());
  });

  test.each(examples)('$call of $values', async ({ call, type, values, result }) => {
    expect(await evaluate(call, type, values)).toEqual(result);
  });
});
