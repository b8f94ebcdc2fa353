import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PHASES, type RunProfile, type Usage } from '@tessera/engine';
import { describe, expect, test } from 'vitest';
import { profileLines } from '../src/output/profile-lines.js';
import { fakeEngine } from './fake-engine.js';
import { runIn, SMALL_PROJECT, USER_SPEND, writeFiles } from './harness.js';

const usage = (userMs: number, minorFaults: number): Usage => ({
  ...{ userMs, systemMs: 20, minorFaults, majorFaults: 0 },
  ...{ voluntarySwitches: 12, involuntarySwitches: 3, diskReadBytes: 0, diskWrittenBytes: 2e6 },
});

const MAIN = { tasks: 0, rows: 0, readBytes: 0, writtenBytes: 0, phasesMs: {} };

const profileOf = (timeline: string | null): RunProfile => ({
  ...{ timeline, wallMs: 3006, workers: 2, peakBytes: 612_000_000, usage: usage(4200, 45_678) },
  stages: [
    { ...MAIN, stage: 'plan', wallMs: 400, usage: usage(300, 10_000) },
    {
      ...{ stage: 'scan', wallMs: 1000, tasks: 8, rows: 2_450_000, usage: usage(1900, 12_345) },
      ...{ readBytes: 61_000_000, writtenBytes: 80_000_000 },
      phasesMs: { start: 300, scan: 1200, scatter: 400, write: 98, collect: 2, wait: 0 },
    },
    {
      ...{ stage: 'join', wallMs: 1600, tasks: 14, rows: 2_000_000, usage: usage(1900, 23_333) },
      ...{ readBytes: 80_000_000, writtenBytes: 0 },
      phasesMs: { read: 100, sort: 600, sweep: 2300, wait: 200 },
    },
    { ...MAIN, stage: 'contents', wallMs: 1, usage: usage(0, 0) },
    { ...MAIN, stage: 'rest', wallMs: 5, usage: usage(0, 0) },
  ],
  beside: [{ name: 'contents', wallMs: 310 }],
});

const folder = writeFiles({
  ...SMALL_PROJECT,
  'features/more.ts': USER_SPEND.replaceAll('user_spend', 'more').replaceAll('userSpend', 'more'),
});

/** An engine that has measured what it was asked to. */
const measuring = () =>
  fakeEngine(({ options: { profile } }) => ({
    profile: typeof profile === 'string' ? profileOf(profile) : null,
  }));

const asked = ({ calls }: ReturnType<typeof fakeEngine>) =>
  calls.map(({ options }) => options.profile);

describe('--profile', () => {
  test('tells at the end where the time went', async () => {
    const engine = measuring();
    const argv = ['train-set', '--join=fraud_v2', '--no-summary', '--profile'];
    const { code, out, err } = await runIn({ cwd: folder, argv, engine });
    expect(code, err).toBe(0);
    expect(asked(engine)).toEqual([path.join(folder, 'fraud_v2.trace.json')]);
    expect(out.slice(out.indexOf('✔ profile'))).toMatchInlineSnapshot(`
      "✔ profile          3.0 s · 2 workers · timeline fraud_v2.trace.json (ui.perfetto.dev)
                         CPU 4.20 s + 0.02 s of the system · peak 612 MB · 45,678 page faults, 0 from disk
                         disk read 0 B, wrote 2.0 MB · threads waited 12 times, preempted 3
                         contents of files hashed beside it in 0.31 s

        stage         seconds   share  start    scan  scatter   read    sort   sweep  write   wait
        plan             0.40  13.3 %
        scan             1.00  33.3 %   0.30    1.20     0.40                          0.10
        join             1.60  53.2 %                           0.10    0.60    2.30          0.20
        rest             0.01   0.2 %
        all              3.01   100 %   0.30    1.20     0.40   0.10    0.60    2.30   0.10   0.20
        of 2 workers                   5.8 %  23.1 %    7.7 %  1.9 %  11.5 %  44.2 %  1.9 %  3.8 %

        stage  tasks       rows                 read  written  CPU seconds  page faults  from disk
        plan                                                          0.32       10,000          0
        scan       8  2,450,000  2.5 M rows/s  61 MB    80 MB         1.92       12,345          0
        join      14  2,000,000  1.3 M rows/s  80 MB                  1.92       23,333          0
        rest                                                          0.02            0          0
      "
    `);
  });

  test('without tasks there are no workers to speak of', () => {
    const stages = [{ ...MAIN, stage: 'plan' as const, wallMs: 400, usage: usage(300, 10) }];
    const idle = { ...profileOf(null), wallMs: 400, workers: 1, stages, beside: [] };
    const style = { color: false, unicode: true, columns: 100 };
    expect(
      profileLines(idle, { phases: PHASES, shownPath: null }, style).join('\n'),
    ).toMatchInlineSnapshot(`
      "✔ profile          0.4 s · 1 worker
                         CPU 4.20 s + 0.02 s of the system · peak 612 MB · 45,678 page faults, 0 from disk
                         disk read 0 B, wrote 2.0 MB · threads waited 12 times, preempted 3

        stage  seconds  share
        plan      0.40  100 %
        all       0.40  100 %

        stage  tasks  rows    read  written  CPU seconds  page faults  from disk
        plan                                        0.32           10          0"
    `);
  });

  test('names a file; of several runs each has its own', async () => {
    const engine = measuring();
    const one = ['train-set', '--join=fraud_v2', '--profile', 'why.json'];
    await runIn({ cwd: folder, argv: one, engine });
    await runIn({ cwd: folder, argv: ['backfill', '--profile'], engine });
    await runIn({ cwd: folder, argv: ['backfill', '--profile=why.json'], engine });
    expect(asked(engine)).toEqual(
      [
        ...['why.json', 'more.trace.json', 'user_spend.trace.json'],
        ...['why.more.json', 'why.user_spend.json'],
      ].map((name) => path.join(folder, name)),
    );
  });

  test('--json has the figures, and what did not ask has none', async () => {
    const argv = ['train-set', '--join=fraud_v2', '--json'];
    const plain = await runIn({ cwd: folder, argv, engine: measuring() });
    expect(JSON.parse(plain.out)).not.toHaveProperty('profile');
    const told = await runIn({ cwd: folder, argv: [...argv, '--profile'], engine: measuring() });
    const { profile } = JSON.parse(told.out);
    expect(profile).toEqual(profileOf(path.join(folder, 'fraud_v2.trace.json')));
  });

  test('a file that cannot be is refused before anything runs or is generated', async () => {
    const engine = measuring();
    const cwd = writeFiles(SMALL_PROJECT);
    mkdirSync(path.join(cwd, 'there'));
    writeFileSync(path.join(cwd, 'user_spend.trace.json'), 'mine');
    const refused = async (...argv: string[]) =>
      (await runIn({ cwd, argv, engine })).err.replaceAll(cwd, '…');
    expect(await refused('train-set', '--profile', 'none/why.json')).toBe(
      'error BAD_OPTION\n  `--profile` cannot be written: there is no folder …/none.\n',
    );
    expect(await refused('train-set', '--profile=there')).toMatch('names what is no file: …/there');
    expect(await refused('train-set', '--profile=')).toMatch('`--profile` names no file');
    expect(await refused('backfill', '--profile')).toMatch(
      'would replace a file that is no timeline: …/user_spend.trace.json',
    );
    expect(engine.calls).toEqual([]);
  });
});
