import { readdirSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  count,
  events,
  formatExpression,
  formatType,
  type GroupBySpec,
  groupBy,
  type JoinSpec,
  join,
  part,
  sql,
  sum,
} from '@tessera/api';
import { expressionProblems, typeOpinions } from '@tessera/engine';
import { checkExpression } from '@tessera/expr';
import { describe, expect, test } from 'vitest';
import { randomOf } from '../../packages/expr/test/fuzz/random.js';
import { COLUMNS } from '../../packages/expr/test/fuzz/table.js';
import { randomTree, SCALARS } from '../../packages/expr/test/fuzz/tree.js';

const LONG = process.env.TESSERA_LONG === '1';
const SEED = Number(process.env.TESSERA_SEED ?? 1);
const EXPRESSIONS = LONG ? 2000 : 200;

const ANY = { allowed: () => true, casts: () => true };

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

const payments = events({
  name: 'payments',
  path: 'payments',
  columns: { id: 'string', user: 'string', amount: 'double', cents: 'int64', at: 'timestamp' },
  time: 'at',
});

const spend = (where: string) =>
  groupBy({
    name: 'spend',
    source: payments,
    keys: ['user'],
    aggregations: [count({ windows: ['1d'], where }), sum('amount', { windows: ['7d'] })],
    derive: { share: 'amount_sum_7d / count_1d' },
  });

describe('DuckDB and Tessera agree on types', () => {
  test.each(['churn', 'flights', 'fraud', 'retail'])(
    'of all expressions of examples/%s',
    async (name) => {
      const folder = joinPath(EXAMPLES, name, 'features');
      const files = readdirSync(folder).filter((file) => /^[^.]+\.ts$/.test(file));
      const loaded = await Promise.all(
        files.map((file) => import(/* @vite-ignore */ joinPath(folder, file))),
      );
      const definitions = loaded
        .flatMap((module: object) => Object.values(module))
        .filter(
          (one: JoinSpec | GroupBySpec): one is JoinSpec | GroupBySpec =>
            one?.kind === 'join' || one?.kind === 'groupBy',
        );
      expect(definitions.length).toBeGreaterThan(0);
      expect(await typeOpinions(definitions)).toEqual([]);
    },
  );

  test(`of ${EXPRESSIONS} random expressions, selected, derived and as conditions (seed ${SEED})`, async () => {
    const random = randomOf(SEED);
    const made = Array.from({ length: EXPRESSIONS }, (_, at) => {
      const tree = randomTree(random, random.pick(SCALARS), 1 + random.below(4), ANY);
      const { typed } = checkExpression(tree, COLUMNS);
      const type =
        typed === undefined || typed.type.kind === 'null' ? 'double' : formatType(typed.type);
      return [`c${at}`, { expression: formatExpression(tree), type }] as const;
    });
    const half = made.length / 2;
    const source = events({
      name: 'random',
      path: 'random',
      columns: {
        ...Object.fromEntries(COLUMNS.map(({ name, type }) => [name, formatType(type)])),
        user: 'string',
        at: 'timestamp',
      },
      time: 'at',
      select: Object.fromEntries(made.slice(0, half)),
    } as never);
    const conditions = made.filter(([, { type }]) => type === 'boolean').slice(0, 40);
    const counted = groupBy({
      name: 'counted',
      source,
      keys: ['user'],
      aggregations: conditions.map(([as, { expression }]) =>
        count({ where: `(${expression}) = b1`, as }),
      ),
    } as never);
    const derived = join({
      name: 'derived',
      left: source,
      parts: [part(counted)],
      derive: Object.fromEntries(made.slice(half)),
    } as never);
    const asked: string[] = [];
    expect(expressionProblems([counted, derived])).toEqual([]);
    expect((await typeOpinions([counted, derived])).map(({ message }) => message)).toEqual([]);
    await typeOpinions([counted, derived], {
      describe: async (_, texts) => {
        asked.push(...texts);
        return [];
      },
    });
    expect(asked.length).toBeGreaterThan(made.length);
  }, 120_000);
});

test('what is always null keeps its type: DuckDB makes an INTEGER of `NULL || x`', async () => {
  const texts = ["CAST(CAST('a' AS timestamp) AS string) || user", "user || upper(NULL || 'x')"];
  const source = events({
    name: 'nulls',
    path: 'nulls',
    columns: { user: 'string', at: 'timestamp' },
    time: 'at',
    select: {
      first: { expression: texts[0]!, type: 'string' },
      second: { expression: texts[1]!, type: 'string' },
    },
  });
  const counted = groupBy({
    name: 'counted',
    source,
    keys: ['user'],
    aggregations: [count('first')],
  });
  expect(await typeOpinions([counted])).toEqual([]);
});

describe('where they do not', () => {
  test('each expression is told of once, at its place', async () => {
    const one = spend('cents > 5');
    const both = join({
      name: 'j',
      left: payments,
      parts: [part(one)],
      derive: { d: 'amount * 2' },
    });
    const found = await typeOpinions([one, both], {
      describe: async (_, texts) => texts.map(() => 'HUGEINT'),
    });
    expect(found.map(({ at, rule }) => `${rule} ${at}`)).toEqual([
      'TYPE_DISAGREES spend › COUNT',
      'TYPE_DISAGREES spend › derive › spend_share',
      'TYPE_DISAGREES j › derive › spend_share',
      'TYPE_DISAGREES j › derive › d',
    ]);
    expect(found[0]?.summary).toBe('DuckDB makes HUGEINT of it, Tessera BOOLEAN:\ncents > 5');
  });

  test('what DuckDB does not take at all is told of with its reason', async () => {
    const [only] = await typeOpinions([spend('cents > 5')], {
      describe: async (_, texts) =>
        texts.map((text) => (text.includes('cents') ? { reason: 'Binder Error' } : 'DOUBLE')),
    });
    expect(only?.summary).toContain('DuckDB makes nothing (Binder Error) of it, Tessera BOOLEAN:');
  });

  test('what our own checker refuses, and verbatim SQL, are not asked about', async () => {
    const asked: string[] = [];
    const wrong = spend("upper(cents) = 'A'");
    const verbatim = groupBy({
      name: 'verbatim',
      source: payments,
      keys: ['user'],
      aggregations: [count({ where: sql('amount > 1 AND nothing') })],
    });
    await typeOpinions([wrong, verbatim], {
      describe: async (_, texts) => {
        asked.push(...texts);
        return texts.map(() => 'DOUBLE');
      },
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain('spend_amount_sum_7d');
  });
});
