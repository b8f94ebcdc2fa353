import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const long = process.env.TESSERA_LONG === '1';

/** What takes longest. Begun last, one of them would be waited for alone. */
const LONGEST = [
  'test/serving/parity.test.ts',
  'test/crash/kills.test.ts',
  'test/tiles/odd-values.test.ts',
  'test/tiles/histories.test.ts',
  'test/files/explain-tiles.test.ts',
  'test/files/same-bytes.test.ts',
  'test/docs/readme.test.ts',
  'test/bad-input/corruption.test.ts',
  'test/tiles/roll-forward.test.ts',
  'test/own-folder/shared-tables.test.ts',
  'test/crash/replaced.test.ts',
  'test/crash/doctor.test.ts',
  'test/tiles/counters.test.ts',
  'test/serving/swap.test.ts',
  'test/files/ctrl-c.test.ts',
  'packages/kv-writer/test/kills.test.ts',
  'test/tiles/odd-rows.test.ts',
  'test/files/explain.test.ts',
  'test/files/refusals.test.ts',
  'test/files/idle.test.ts',
  'test/files/staleness.test.ts',
  'test/crash/faults.test.ts',
  'test/derive/inputs.test.ts',
  'test/files/executor.test.ts',
  'test/mutation/mutation.test.ts',
  'test/tiles/opened-files.test.ts',
  'test/files/tiles-random.test.ts',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(name));
      return at < 0 ? LONGEST.length : at;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    pool: 'forks',
    // What is built is loaded as it is.
    server: { deps: { external: [/\/(packages|apps)\/[^/]+\/(bundle|dist)\//] } },
    // One more than the cores of a small machine: a test often waits for DuckDB, files or another process.
    maxWorkers: 3,
    // Few processes for all files, else a quarter of the time goes to starting one for each; what a file leaves behind in its
    // process is undone by the setup. The long run has a process for each, so that no file can owe its result to another.
    isolate: long,
    globalSetup: ['test/global-setup.ts'],
    setupFiles: ['test/setup.ts'],
    sequence: { sequencer: LongestFirst },
    include: [
      'packages/*/test/**/*.test.ts',
      'apps/*/test/**/*.test.ts',
      'examples/*/test/**/*.test.ts',
      'test/**/*.test.ts',
    ],
    testTimeout: long ? 3_600_000 : 300_000,
    hookTimeout: 300_000,
    typecheck: {
      enabled: true,
      include: ['packages/*/test/**/*.test-d.ts'],
      tsconfig: 'tsconfig.types.json',
    },
  },
});
