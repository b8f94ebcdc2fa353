import { ladderLine, ladderText } from './ladder/ladder-report.js';
import { runLadder } from './ladder/run-ladder.js';
import { type BenchOptions, readOptions, USAGE } from './options.js';
import { jsonLine } from './report.js';
import { runBenchmark } from './run-benchmark.js';
import { tableText } from './table.js';

const [FAILED, INTERRUPTED] = [1, 130];

function options(): BenchOptions | null {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(FAILED);
  }
}

async function main(): Promise<void> {
  const asked = options();
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
