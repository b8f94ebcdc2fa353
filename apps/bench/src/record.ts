import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Where `docs/benchmarks` is, and in it what was recorded. */
export const PAGES = join(ROOT, 'docs', 'benchmarks');
export const RESULTS = join(PAGES, 'results');

/** `--record` is an option of all benchmarks, and none of theirs. */
export function takeRecord(argv: readonly string[]): {
  readonly argv: readonly string[];
  readonly isRecorded: boolean;
} {
  return {
    argv: argv.filter((word) => word !== '--record'),
    isRecorded: argv.includes('--record'),
  };
}

/**
 * Keep a benchmark's line of JSON, with the command that gave it, in place of the one before.
 *
 * Returns  the file, from the root of the repository
 */
export function recordLine(argv: readonly string[], line: string, folder = RESULTS): string {
  const [name = ''] = argv;
  const fields = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const command = ['pnpm', 'bench', ...withoutPlaces(argv)].join(' ');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  writeFileSync(file, `${JSON.stringify({ command, ...fields }, null, 2)}\n`);
  return relative(ROOT, file);
}

/** Where somebody keeps data is not what is measured; nor is how it was printed. */
function withoutPlaces(argv: readonly string[]): string[] {
  return argv.filter(
    (word, at) =>
      word !== '--json' &&
      word !== '--cache' &&
      argv[at - 1] !== '--cache' &&
      !word.startsWith('--cache='),
  );
}
