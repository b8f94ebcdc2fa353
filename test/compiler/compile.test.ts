import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import avro from 'avsc';
import { beforeAll, describe, expect, test } from 'vitest';
import { tesseraHere } from '../files/command-here.js';
import { filesBelow, hashes } from '../files/workspace.js';
import { fraudProject } from './fraud-project.js';

interface Told {
  readonly compiled: readonly string[];
  readonly kept: readonly string[];
  readonly removed: readonly string[];
}

const project = fraudProject();
const { folder } = project;
const compiled = join(folder, 'compiled');
const compile = async (...more: string[]): Promise<Told> => {
  const { code, out, err } = await tesseraHere(['compile', '--json', ...more], folder);
  expect(code, err).toBe(0);
  return JSON.parse(out) as Told;
};

interface Read {
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly role: string;
  }[];
  readonly lineage: readonly { readonly column: string; readonly from: readonly string[] }[];
  readonly avro: { readonly key: object; readonly value: object };
}
const artefact = (path: string) => JSON.parse(readFileSync(join(compiled, path), 'utf8')) as Read;

beforeAll(async () => {
  await compile();
});

describe('tessera compile', () => {
  test('writes a file per object and an index', () => {
    expect(filesBelow(compiled)).toEqual([
      ...[
        'device_stats',
        'device_trust',
        'merchant_activity',
        'merchant_risk',
        'merchant_scores',
      ].map((name) => `group-bys/${name}.json`),
      ...['user_habits', 'user_merchant', 'user_spend'].map((name) => `group-bys/${name}.json`),
      'joins/fraud_v2.json',
      'project.json',
      ...[
        'merchants.profiles',
        'payments.fraud_labels',
        'payments.transactions',
        'vendor.device_reputation',
        'vendor.merchant_risk_scores',
      ].map((name) => `sources/${name}.json`),
    ]);
  });

  test('is equal for equal definitions, and for a second time', async () => {
    const before = hashes(compiled);
    expect(await compile('--no-cache')).toMatchObject({ kept: [] });
    expect(hashes(compiled)).toEqual(before);
    expect(await compile()).toMatchObject({ compiled: [] });
    expect(hashes(compiled)).toEqual(before);
  });

  test('has output columns, and each with the stored columns that it is made of', () => {
    const { columns, lineage } = artefact('joins/fraud_v2.json');
    expect(columns.filter(({ role }) => role === 'left')).toHaveLength(9);
    expect(columns.at(-1)).toMatchObject({
      name: 'label_is_fraud_max_30d',
      type: 'boolean',
      role: 'label',
    });
    expect(lineage).toHaveLength(columns.length - 9);
    const from = (name: string) => lineage.find(({ column }) => column === name)?.from;
    expect(from('user_spend_foreign_amount_7d')).toEqual([
      'payments.transactions.amount',
      'payments.transactions.currency',
    ]);
    expect(from('amount_vs_week')).toEqual(['payments.transactions.amount']);
    expect(from('merchants_profiles_category')).toEqual(['merchants.profiles.category']);
  });

  test('has Avro schemas that an Avro reader takes, for every groupBy and join', () => {
    for (const path of filesBelow(compiled).filter((name) => /^(group-bys|joins)/.test(name))) {
      const { avro: schemas } = artefact(path);
      for (const schema of [schemas.key, schemas.value])
        expect(() => avro.Type.forSchema(schema as avro.Schema), path).not.toThrow();
    }
    const value = avro.Type.forSchema(
      artefact('group-bys/user_spend.json').avro.value as avro.Schema,
    );
    const row = Object.fromEntries(
      artefact('group-bys/user_spend.json')
        .columns.filter(({ role }) => role === 'feature')
        .map(({ name }) => [name, null]),
    );
    expect(value.fromBuffer(value.toBuffer(row))).toEqual(row);
  });

  test('compiles what changed and what is made of it, and nothing else', async () => {
    project.edit('features/user-spend.ts', "last('device_id')", "last('device_id'), count()");
    expect((await compile()).compiled).toEqual(['groupBy user_spend', 'join fraud_v2']);
    project.edit('sources.ts', "score: 'double'", "score: 'float'");
    expect((await compile()).compiled).toEqual([
      'source vendor.merchant_risk_scores',
      'groupBy merchant_scores',
      'join fraud_v2',
    ]);
    project.edit('features/user-habits.ts', 'What is usual', 'What was usual');
    expect((await compile()).compiled).toEqual(['groupBy user_habits', 'join fraud_v2']);
  });

  test('makes a file anew that somebody wrote to, and removes what is no more', async () => {
    const path = join(compiled, 'group-bys/device_trust.json');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('device_id', 'device_ix'));
    expect((await compile()).compiled).toEqual(['groupBy device_trust']);
    expect(readFileSync(path, 'utf8')).toBe(text);
    project.edit('features/fraud-v2.ts', '    part(deviceTrust),\n', '');
    project.edit('features/device-trust.ts', "name: 'device_trust'", "name: 'trust'");
    expect((await compile()).removed).toEqual(['group-bys/device_trust.json']);
  });

  test('refuses what rules refuse, and leaves what was compiled', async () => {
    const other = fraudProject();
    const run = () => tesseraHere(['compile'], other.folder);
    expect((await run()).code).toBe(0);
    const before = hashes(other.folder);
    other.edit('features/device-stats.ts', "'user_id'", "'usr_id'");
    const { code, out } = await run();
    expect(code).toBe(1);
    expect(out).toContain('error UNKNOWN_COLUMN  features/device-stats.ts');
    other.edit('features/device-stats.ts', "'usr_id'", "'user_id'");
    expect(hashes(other.folder)).toEqual(before);
  });
});

test('expressions are typed where they changed, or what they read did, until they are right', async () => {
  const other = fraudProject();
  const run = async () => {
    const { code, out } = await tesseraHere(['compile'], other.folder);
    return { code, told: out.match(/^ +error (\S+) +(\S+)/gm) ?? [] };
  };
  expect(await run()).toEqual({ code: 0, told: [] });
  other.edit('features/fraud-v2.ts', "'amount / user_spend", "'upper(amount) / user_spend");
  const wrong = await run();
  expect(wrong).toMatchObject({ code: 1, told: [expect.stringContaining('EXPRESSION_TYPE')] });
  expect(await run()).toEqual(wrong);
  other.edit('features/fraud-v2.ts', "'upper(amount) / user_spend", "'amount / user_spend");
  expect(await run()).toEqual({ code: 0, told: [] });
  other.edit('sources.ts', "currency: 'string'", "currency: 'int64'");
  const { code, told } = await run();
  expect({ code, isTold: told.some((line) => line.includes('user-spend.ts')) }).toEqual({
    code: 1,
    isTold: true,
  });
});

describe('a compiled folder that cannot be read', () => {
  const cases = [
    [
      'of a newer version',
      'NEWER_COMPILED',
      (text: string) => text.replace(/"format": \d+/g, '"format": 7'),
    ],
    ['cut short', 'BAD_COMPILED', (text: string) => text.slice(0, 100)],
    ['with a way out of it', 'BAD_COMPILED', (text: string) => text.replace('group-bys/', '../')],
    ['of something else', 'BAD_COMPILED', () => '[]'],
    [
      'whose warnings are none',
      'BAD_COMPILED',
      (text: string) => text.replace('"findings": []', '"findings": [7]'),
    ],
    [
      'whose objects depend on nothing that is named',
      'BAD_COMPILED',
      (text: string) => text.replace('"dependsOn":[]', '"dependsOn":7'),
    ],
  ] as const;
  test.each(cases)('%s', async (_, expected, damage) => {
    const other = fraudProject();
    expect((await tesseraHere(['compile'], other.folder)).code).toBe(0);
    const index = join(other.folder, 'compiled/project.json');
    writeFileSync(index, damage(readFileSync(index, 'utf8')));
    for (const argv of [['compile'], ['diff', '--from', 'compiled']]) {
      const { code, err } = await tesseraHere(argv, other.folder);
      expect({ code, is: err.split(/\s+/)[1] }).toEqual({ code: 1, is: expected });
    }
    expect((await tesseraHere(['compile', '--no-cache'], other.folder)).code).toBe(0);
  });
});

test('an artefact that somebody wrote to is no state to compare with', async () => {
  const other = fraudProject();
  expect((await tesseraHere(['compile'], other.folder)).code).toBe(0);
  const path = join(other.folder, 'compiled/joins/fraud_v2.json');
  const text = readFileSync(path, 'utf8');
  for (const damage of [
    text.replace('"columns": [', '"columns": [null, '),
    text.slice(0, -2),
    `${text} `,
  ]) {
    writeFileSync(path, damage);
    const { code, err } = await tesseraHere(['diff', '--from', 'compiled'], other.folder);
    expect([code, err]).toEqual([1, expect.stringContaining('BAD_COMPILED')]);
  }
  writeFileSync(path, text.replace(/"format": \d+/g, '"format": 9'));
  const { err } = await tesseraHere(['diff', '--from', 'compiled'], other.folder);
  expect(err).toContain('NEWER_COMPILED');
});

test('several at once leave what one leaves', async () => {
  const other = fraudProject();
  const runs = await Promise.all(
    [1, 2, 3].map(() => tesseraHere(['compile', '--no-cache'], other.folder)),
  );
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect((await tesseraHere(['compile', '--json'], other.folder)).out).toContain('"compiled": []');
  expect(
    filesBelow(join(other.folder, 'compiled')).filter((name) => name.endsWith('.new')),
  ).toEqual([]);
});

test('a mistake in an expression names the file that it is in', async () => {
  const other = fraudProject();
  other.edit('features/fraud-v2.ts', 'derive: {', "derive: { wrong: 'amount > 5',");
  const { code, out } = await tesseraHere(['compile'], other.folder);
  expect(code).toBe(1);
  expect(out).toContain('error EXPRESSION_TYPE  features/fraud-v2.ts › fraud_v2 › derive › wrong');
  const run = await tesseraHere(['train-set', '--lake', other.folder], other.folder);
  expect(run.err).toContain('BAD_EXPRESSION  fraud_v2 › derive › wrong');
});
