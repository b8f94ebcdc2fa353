import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { tesseraHere } from '../files/command-here.js';
import { newFolder } from '../files/workspace.js';

/** `tessera diff` between states that git keeps; of a project that is one folder of its repository. */

const SOURCES = `import { entities, events } from '@tessera/api';
export const payments = events({
  name: 'payments', path: 'payments', time: 'at', tieBreaker: 'id',
  columns: { id: 'string', user: 'string', amount: 'double', at: 'timestamp' },
});
`;
const SPEND = `import { count, groupBy, sum } from '@tessera/api';
import { payments } from '../sources.js';
export const spend = groupBy({
  name: 'spend', source: payments, keys: ['user'], online: true, version: '1.2.0',
  aggregations: [count({ windows: ['1d'] }), sum('amount', { windows: ['7d'] })],
});
`;
const TRAINING = `import { join, part } from '@tessera/api';
import { payments } from '../sources.js';
import { spend } from './spend.js';
export const training = join({ name: 'training', left: payments, parts: [part(spend)] });
`;
const CONFIG = `import { defineProject } from '@tessera/api';
export default defineProject({ lake: 'data', out: 'out' });
`;

interface Told {
  readonly class: string;
  readonly refused: readonly string[];
  readonly changes: readonly {
    readonly id: string;
    readonly class: string;
    readonly what: string;
    readonly downstream: readonly string[];
    readonly columns: readonly { readonly kind: string; readonly column: string }[];
    readonly version?: { readonly from: string; readonly proposed: string };
  }[];
}

const root = newFolder();
const folder = join(root, 'ml', 'features repo');

function git(...args: readonly string[]): string {
  const identity = [
    '-c',
    'user.name=t',
    '-c',
    'user.email=t@example.org',
    '-c',
    'core.autocrlf=false',
  ];
  const run = spawnSync('git', ['-C', root, ...identity, ...args], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout.trim();
}

function write(file: string, text: string): void {
  mkdirSync(join(folder, file, '..'), { recursive: true });
  writeFileSync(join(folder, file), text);
}

function edit(file: string, from: string, to: string): void {
  const text = readFileSync(join(folder, file), 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  write(file, text.replace(from, to));
}

function commit(message: string): void {
  git('add', '-A');
  git('commit', '-q', '-m', message);
}

const diff = (...argv: readonly string[]) => tesseraHere(['diff', ...argv], folder);

async function told(...argv: readonly string[]): Promise<Told> {
  const { out, err } = await diff(...argv, '--json', '--allow-breaking');
  expect(err).toBe('');
  return JSON.parse(out) as Told;
}

const revisionFolders = () =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('tessera-revision-'));
const foldersBefore = revisionFolders();

beforeAll(() => {
  git('init', '-q', '-b', 'main');
  writeFileSync(join(root, 'readme.md'), 'before the project\n');
  commit('nothing yet');
  write('tessera.config.ts', CONFIG);
  write('sources.ts', SOURCES);
  write('features/spend.ts', SPEND);
  write('features/training.ts', TRAINING);
  commit('first');
  git('tag', '-a', 'v1', '-m', 'one');
  edit('features/spend.ts', "windows: ['7d']", "windows: ['7d', '14d']");
  commit('more windows');
  git('branch', 'wider');
  edit('features/spend.ts', "sum('amount'", "max('amount'");
  edit('features/spend.ts', 'groupBy, sum', 'groupBy, max');
  commit('breaks');
});

describe('a revision is named as git takes it', () => {
  test.each(['HEAD', 'main', 'HEAD^{commit}'])('%s: nothing changed since', async (revision) => {
    const { code, out } = await diff('--from', revision);
    expect({ code, out }).toEqual({ code: 0, out: 'no change\n' });
  });

  test.each(['v1', 'HEAD~2', 'wider~1', ':/first'])('%s to another', async (revision) => {
    const { changes, class: own, refused } = await told('--from', revision, '--to', 'wider');
    expect(own).toBe('additive');
    expect(refused).toEqual([]);
    expect(
      changes.map(({ id, what, columns }) => [id, what, columns.map((one) => one.column)]),
    ).toEqual([
      ['groupBy spend', 'changed', ['spend_amount_sum_14d']],
      ['join training', 'changed', ['spend_amount_sum_14d']],
    ]);
    expect(changes[0]?.version).toMatchObject({ from: '1.2.0', proposed: '1.3.0' });
    expect(changes[0]?.downstream).toEqual(['join training']);
  });

  test('backwards: what was added is gone, and that breaks', async () => {
    const { class: own, refused } = await told('--from', 'wider', '--to', 'v1');
    expect([own, refused]).toEqual(['breaking', ['groupBy spend']]);
  });

  test('nothing of a revision is left behind', () => {
    expect(revisionFolders()).toEqual(foldersBefore);
  });
});

describe('what is served may not break', () => {
  test('exit code 1, unless allowed or with a version', async () => {
    const refused = await diff('--from', 'wider');
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('BREAKING_CHANGE')]);
    expect(refused.out).toContain('spend  groupBy changed: breaking  1.2.0 → 2.0.0');
    expect((await diff('--from', 'wider', '--allow-breaking')).code).toBe(0);
    edit('features/spend.ts', "version: '1.2.0'", "version: '2.0.0'");
    expect((await diff('--from', 'wider')).code).toBe(0);
    edit('features/spend.ts', "version: '2.0.0'", "version: '1.3.0'");
    expect((await diff('--from', 'wider')).code).toBe(1);
    git('checkout', '-q', '--', '.');
  });
});

test('what is not committed is part of the project as it is; --to HEAD leaves it out', async () => {
  edit('features/spend.ts', 'online: true', "online: true, owner: 'team'");
  expect((await told('--from', 'HEAD')).changes.map(({ id, class: own }) => [id, own])).toEqual([
    ['groupBy spend', 'none'],
  ]);
  expect((await told('--from', 'HEAD', '--to', 'HEAD')).changes).toEqual([]);
  git('checkout', '-q', '--', '.');
});

test('a folder beside a revision, and one that was compiled', async () => {
  const compiled = join(newFolder(), 'compiled');
  expect((await tesseraHere(['compile', '--compiled', compiled], folder)).code).toBe(0);
  expect((await told('--from', compiled)).changes).toEqual([]);
  expect((await told('--from', 'v1', '--to', compiled)).class).toBe('breaking');
  expect((await told('--from', compiled, '--to', '.')).changes).toEqual([]);
});

test('--markdown is a comment: what breaks is said first, names of users are text', async () => {
  const { out } = await diff('--from', 'wider', '--markdown', '--allow-breaking');
  expect(out).toMatchInlineSnapshot(`
    "### Features: breaking change

    **Breaks what is served: \`groupBy spend\`.**

    | object | change | version | read by | built again |
    |---|---|---|---|---|
    | \`spend\` (groupBy) | changed, **breaking** | 1.2.0 → 2.0.0 | \`training\` | all partitions of its dataset; 1 new state of tiles |
    | \`training\` (join) | changed, **breaking** | 1.0.0 → 2.0.0 |  | all partitions of its dataset; 1 new state of tiles |

    <details><summary><code>spend</code></summary>

    - breaking: \`- spend_amount_sum_7d\`
    - breaking: \`- spend_amount_sum_14d\`
    - additive: \`+ spend_amount_max_7d\`
    - additive: \`+ spend_amount_max_14d\`
    - 💡 Who reads \`spend_amount_sum_7d\` gets null by default: keep it, deprecated, until nobody does.
    - 💡 Who reads \`spend_amount_sum_14d\` gets null by default: keep it, deprecated, until nobody does.

    </details>

    <details><summary><code>training</code></summary>

    - breaking: \`- spend_amount_sum_7d\`
    - breaking: \`- spend_amount_sum_14d\`
    - additive: \`+ spend_amount_max_7d\`
    - additive: \`+ spend_amount_max_14d\`
    - 💡 Who reads \`spend_amount_sum_7d\` gets null by default: keep it, deprecated, until nobody does.
    - 💡 Who reads \`spend_amount_sum_14d\` gets null by default: keep it, deprecated, until nobody does.

    </details>
    "
  `);
  const none = await diff('--from', 'HEAD', '--markdown');
  expect(none.out).toBe('### Features: no change\n');
  const both = await diff('--from', 'HEAD', '--markdown', '--json');
  expect([both.code, both.err]).toEqual([1, expect.stringContaining('--markdown')]);
});

test('a branch that is called as a folder is', async () => {
  git('branch', 'features', 'wider');
  expect((await told('--from', 'features')).class).toBe('breaking');
  git('branch', '-q', '-D', 'features');
});

test('definitions that import from elsewhere in the repository, and from packages', async () => {
  const shared = join(root, 'shared');
  const installed = join(folder, 'node_modules', 'windows');
  for (const place of [shared, installed]) mkdirSync(place, { recursive: true });
  writeFileSync(join(root, '.gitignore'), 'node_modules\n');
  writeFileSync(join(shared, 'keys.ts'), "export const KEYS = ['user'] as const;\n");
  writeFileSync(join(installed, 'package.json'), '{ "name": "windows", "main": "index.js" }');
  writeFileSync(join(installed, 'index.js'), "exports.week = '7d';\n");
  edit(
    'features/spend.ts',
    'export const',
    "import { KEYS } from '../../../shared/keys.js';\nimport { week } from 'windows';\nexport const",
  );
  edit('features/spend.ts', "keys: ['user']", 'keys: KEYS');
  edit('features/spend.ts', "['7d', '14d']", "[week, '14d']");
  commit('shared');
  expect((await told('--from', 'HEAD')).changes).toEqual([]);
  expect((await told('--from', 'HEAD', '--to', 'HEAD~1')).changes).toEqual([]);
  writeFileSync(join(shared, 'keys.ts'), "export const KEYS = ['id'] as const;\n");
  expect((await told('--from', 'HEAD')).class).toBe('breaking');
  git('reset', '-q', '--hard', 'HEAD~1');
  expect(revisionFolders()).toEqual(foldersBefore);
});

describe('what is no state of the project', () => {
  const cases = [
    ['a revision that git does not know', 'no-such-branch', 'git knows no such revision'],
    ['an option of git', '--upload-pack=x', 'it begins with a dash'],
    ['a revision from before the project', 'HEAD~3', 'ml/features repo'],
    ['a folder without a project', 'features', 'neither a tessera.config.ts'],
    ['nothing', '', 'nothing is named'],
  ] as const;
  test.each(cases)('%s', async (_, from, reason) => {
    const { code, out, err } = await diff(`--from=${from}`);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('UNKNOWN_REVISION');
    expect(err).toContain(reason);
  });

  test('a project outside of git', async () => {
    const other = newFolder();
    writeFileSync(join(other, 'tessera.config.ts'), CONFIG);
    mkdirSync(join(other, 'features'));
    writeFileSync(
      join(other, 'features/spend.ts'),
      `${SOURCES.replace('entities, events', 'count, events, groupBy')}export const g = groupBy({ name: 'g', source: payments, keys: ['user'], aggregations: [count()] });\n`,
    );
    const { code, err } = await tesseraHere(['diff', '--from', 'HEAD'], other);
    expect([code, err]).toEqual([1, expect.stringContaining('UNKNOWN_REVISION')]);
  });

  test('a revision whose definitions are broken says what is wrong with them', async () => {
    write('features/broken.ts', 'export const a = ;\n');
    commit('broken');
    git('rm', '-q', '-f', join('ml', 'features repo', 'features', 'broken.ts'));
    const { code, err } = await diff('--from', 'HEAD');
    expect([code, err]).toEqual([1, expect.stringContaining('DEFINITION_FAILED')]);
    expect(err).toContain('broken.ts:1');
    git('reset', '-q', '--hard', 'HEAD~1');
  });

  test('a project that was moved has no state at its place before', async () => {
    renameSync(folder, join(root, 'ml', 'moved'));
    const { code, err } = await tesseraHere(['diff', '--from', 'HEAD'], join(root, 'ml', 'moved'));
    expect([code, err]).toEqual([1, expect.stringContaining('UNKNOWN_REVISION')]);
    renameSync(join(root, 'ml', 'moved'), folder);
  });
});
