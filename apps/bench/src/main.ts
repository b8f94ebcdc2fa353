import { expressionsBench } from './expressions-bench.js';
import { ladderLine, ladderText } from './ladder/ladder-report.js';
import { runLadder } from './ladder/run-ladder.js';
import { readOptions, USAGE } from './options.js';
import { planBench } from './plan-bench.js';
import { jsonLine } from './report.js';
import { runBenchmark } from './run-benchmark.js';
import { tableText } from './table.js';

const [FAILED, INTERRUPTED] = [1, 130];

/** What `read` makes of the command line; mistakes end the process. */
function readArguments<R>(read: (argv: readonly string[]) => R): R {
  try {
    return read(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(FAILED);
  }
}

async function main(): Promise<void> {
  if (process.argv[2] === 'plan') {
    const lines = readArguments(([, ...argv]) => planBench(argv));
    for (const line of lines) console.log(line);
    return;
  }
  if (process.argv[2] === 'expressions') {
    const lines = readArguments(([, ...argv]) => expressionsBench(argv));
    for (const line of lines) console.log(line);
    return;
  }
  const asked = readArguments(readOptions);
  if (asked === null) {
    console.log(USAGE);
    return;
  }
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => abort.abort());
  try {
    const say = (line: string) => process.stderr.write(`  ${line}\n`);
    const watching = { say, signal: abort.signal };
    if (asked.benchmark.isLadder) {
      const { outline, ladder } = await runLadder(asked, watching);
      if (!asked.json) console.log(ladderText(outline, ladder));
      console.log(JSON.stringify(ladderLine(outline, ladder)));
      return;
    }
    const ran = await runBenchmark(asked, watching);
    if (!asked.json) console.log(tableText(ran.outline, ran.entries));
    console.log(JSON.stringify(jsonLine(ran.outline, ran.entries)));
  } catch (error) {
    if (abort.signal.aborted) process.exitCode = INTERRUPTED;
    else {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = FAILED;
    }
  }
}

await main();
