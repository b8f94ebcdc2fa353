import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type DataType, parseExpression } from '@tessera/api';
import { checkExpression, evaluateRow, type Row, type Value } from '@tessera/expr';
import { describe, expect, test } from 'vitest';

interface Case {
  readonly id: string;
  readonly config: {
    readonly derivations?: readonly { readonly name: string; readonly expression: string }[];
    readonly key_and_left_columns?: readonly string[];
  };
  readonly tables: { readonly base?: readonly Readonly<Record<string, string | number | null>>[] };
  readonly expected: readonly Readonly<Record<string, string | number | null>>[];
}

const FILE = resolve(
  process.env.TESSERA_SHARED ?? '../shared',
  'golden/chronon-bootstrap-derivations.json',
);

/** Cases say what a value is by how it is written: `3.0` reads as 3, so averages are told by their name. */
function typeOf(name: string, value: string | number | null): DataType {
  if (typeof value === 'string') return { kind: 'string' };
  return { kind: name.endsWith('_avg') || !Number.isInteger(value) ? 'double' : 'int64' };
}

function plain(value: Value): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

describe('golden derivations, one expression at a time', () => {
  if (!existsSync(FILE)) {
    console.warn(`skipped: no ${FILE}; set TESSERA_SHARED`);
    test.skip('no shared folder', () => undefined);
    return;
  }
  const { cases } = JSON.parse(readFileSync(FILE, 'utf8')) as { cases: readonly Case[] };
  const derived = cases.filter((one) => one.config.derivations !== undefined);

  test('there are some', () => {
    expect(derived.length).toBeGreaterThan(0);
  });

  test.each(derived.map((one) => [one.id, one] as const))(
    '%s',
    (_, { config, tables, expected }) => {
      for (const [at, base] of tables.base!.entries()) {
        const columns = Object.entries(base).map(([name, value]) => ({
          name,
          type: typeOf(name, value),
        }));
        const row: Row = Object.fromEntries(
          columns.map(({ name, type }) => {
            const value = base[name]!;
            return [name, type.kind === 'int64' ? BigInt(value) : value];
          }),
        );
        for (const { name, expression } of config.derivations!) {
          if (name === '*') continue;
          const { typed, problems } = checkExpression(parseExpression(expression), columns);
          expect(problems).toEqual([]);
          expect([name, plain(evaluateRow(typed!, row))]).toEqual([name, expected[at]![name]]);
        }
      }
    },
  );
});
