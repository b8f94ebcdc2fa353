import { loadavg } from 'node:os';
import { runCompile } from './compile-bench.js';
import { expressionsBench } from './expressions-bench.js';
import { runLadder } from './ladder/run-ladder.js';
import { runNoop } from './noop-bench.js';
import { type BenchOptions, readOptions, USAGE } from './options.js';
import { writePages } from './pages/write-pages.js';
import { planBench } from './plan-bench.js';
import { recordLine, takeRecord } from './record.js';
import type { Result, Watching } from './result.js';
import { runContest } from './run-contest.js';
import { runScale } from './scale-bench.js';
import { runServe } from './serve/serve-bench.js';
import { runSoak } from './serve/soak-bench.js';
import { runUpload } from './serve/upload-bench.js';
import { runStartup } from './startup-bench.js';
import { whereAndWhen } from './where-and-when.js';

const [FAILED, INTERRUPTED] = [1, 130];

/** What `read` makes of the command line; mistakes end the process. */
function readArguments<R>(read: () => R): R {
  try {
    return read();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(FAILED);
  }
}

/** Benchmarks of functions: they run in this process and have options of their own. The last line is JSON. */
const IN_PROCESS: Readonly<Record<string, (argv: readonly string[]) => string[]>> = {
  plan: planBench,
  expressions: expressionsBench,
};

async function runAsked(options: BenchOptions, watching: Watching): Promise<Result> {
  const { benchmark } = options;
  switch (benchmark.kind) {
    case 'contest':
      return runContest(benchmark, options, watching);
    case 'ladder':
      return runLadder(options, watching);
    case 'scale':
      return runScale(options, watching);
    case 'noop':
      return runNoop(options, watching);
    case 'compile':
      return runCompile(options, watching);
    case 'upload':
      return runUpload(options, watching);
    case 'serve':
      return runServe(options, watching);
    case 'soak':
      return runSoak(options, watching);
    case 'startup':
      return runStartup(options, watching);
  }
}

async function main(): Promise<void> {
  const { argv, isRecorded } = takeRecord(process.argv.slice(2));
  const [name = '', ...rest] = argv;
  const keep = (line: string) => {
    if (isRecorded) console.error(`  recorded in ${recordLine(argv, line)}`);
  };
  if (name === 'report') {
    for (const file of writePages()) console.log(file);
    return;
  }
  const inProcess = IN_PROCESS[name];
  if (inProcess !== undefined) {
    const loadBefore = loadavg()[0] ?? 0;
    const lines = readArguments(() => inProcess(rest));
    for (const line of lines) console.log(line);
    keep(JSON.stringify({ ...JSON.parse(lines.at(-1)!), ...whereAndWhen(loadBefore) }));
    return;
  }
  const asked = readArguments(() => readOptions(argv));
  if (asked === null) {
    console.log(USAGE);
    return;
  }
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort());
  try {
    const say = (line: string) => process.stderr.write(`  ${line}\n`);
    const { text, line } = await runAsked(asked, { say, signal: abort.signal });
    if (!asked.json) console.log(text);
    console.log(JSON.stringify(line));
    keep(JSON.stringify(line));
  } catch (error) {
    if (abort.signal.aborted) process.exitCode = INTERRUPTED;
    else {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = FAILED;
    }
  }
}

await main();
