import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { tesseraAs } from '../files/command-here.js';
import { DuckDBInstance } from '../files/duckdb.js';
import { type Block, commandsOf, ROOT } from './markdown.js';

/** A folder inside the repository, so that packages resolve, and ignored by git. */
export interface Workplace {
  readonly dir: string;
  /** Where the compiled form of a `file=` block is. */
  compiled(file: string): string;
  remove(): void;
}

const TSC = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin',
  'tsc',
);

/** Write the `file=` blocks of a document and compile them. Throws what the compiler says. */
export function workplace(name: string, blocks: readonly Block[]): Workplace {
  const dir = join(ROOT, '.cache', `docs-${name}-${process.pid}`);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  for (const { attributes, text } of blocks) {
    const file = attributes.get('file');
    if (file === undefined) continue;
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), `${text}\n`);
  }
  const compilerOptions = {
    composite: false,
    declaration: false,
    declarationMap: false,
    sourceMap: false,
    rootDir: '.',
    outDir: 'compiled',
  };
  const config = { extends: '../../tsconfig.base.json', compilerOptions, include: ['**/*.ts'] };
  writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify(config));
  const tsc = spawnSync(process.execPath, [TSC, '-p', dir], { encoding: 'utf8' });
  if (tsc.status !== 0) throw new Error(`snippets do not compile\n${tsc.stdout}${tsc.stderr}`);
  return {
    dir,
    compiled: (file) => join(dir, 'compiled', file.replace(/\.ts$/, '.js')),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where blocks are run, and what runs Python; null = nothing does. */
export interface Workshop extends Workplace {
  readonly interpreter: string | null;
}

/** Run a `run` block in a workplace, as a reader would at the root of the clone. */
export async function runBlock(block: Block, place: Workshop): Promise<Output> {
  switch (block.language) {
    case 'sql':
      return { code: 0, stdout: await runSql(block.text, place.dir), stderr: '' };
    case 'ts':
      return runProgram(
        process.execPath,
        [place.compiled(block.attributes.get('file') ?? '')],
        place.dir,
      );
    case 'js':
    case 'py': {
      const program = block.language === 'js' ? process.execPath : place.interpreter;
      if (program === null) throw new Error(`${block.doc}:${block.line}: there is no Python`);
      const file = join(place.dir, `block-${block.line}.${block.language === 'js' ? 'mjs' : 'py'}`);
      writeFileSync(file, block.text);
      return runProgram(program, [file], place.dir);
    }
    case 'sh': {
      const runs: Output[] = [];
      for (const command of commandsOf(block.text)) runs.push(await runCommand(command, place.dir));
      return {
        code: runs.find((run) => run.code !== 0)?.code ?? 0,
        stdout: runs.map((run) => run.stdout).join(''),
        stderr: runs.map((run) => run.stderr).join(''),
      };
    }
    default:
      throw new Error(`${block.doc}:${block.line}: nothing runs ${block.language}`);
  }
}

/** Arguments that a root script adds: `train-set` is `node scripts/tessera.cjs train-set`. */
export function scriptArguments(name: string): string[] | null {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const words = manifest.scripts[name]?.split(' ');
  return words?.[1] === 'scripts/tessera.cjs' ? words.slice(2) : null;
}

const long = process.env.TESSERA_LONG === '1';

/** The root script would build first; here everything is built. A process for each command is for the long run. */
async function runCommand(command: readonly string[], dir: string): Promise<Output> {
  const [program, script = '', ...rest] = command;
  if (program === 'mkdir') {
    mkdirSync(join(dir, command.at(-1) ?? ''), { recursive: true });
    return { code: 0, stdout: '', stderr: '' };
  }
  const given = program === 'pnpm' ? scriptArguments(script) : null;
  if (given === null) throw new Error(`cannot run: ${command.join(' ')}`);
  const argv = [...given, ...rest];
  const bin = join(ROOT, 'apps/cli/bin/tessera.cjs');
  if (long) return runProgram(process.execPath, [bin, ...argv], dir);
  const { code, out, err } = await tesseraAs(readerEnv(dir), argv, dir);
  return { code: code ?? -1, stdout: out, stderr: err };
}

const readerEnv = (dir: string): Record<string, string> => ({
  INIT_CWD: dir,
  NO_COLOR: '1',
  TESSERA_DEFAULT_PROJECT: join(ROOT, 'examples/fraud'),
});

function runProgram(program: string, args: readonly string[], dir: string): Output {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: dir,
    encoding: 'utf8',
    env: { ...process.env, ...readerEnv(dir) },
  });
  return { code: status ?? -1, stdout, stderr };
}

/** A header and a line per row. Paths in a document are relative to the clone, so to the workplace here. */
async function runSql(text: string, dir: string): Promise<string> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const result = await connection.run(text.replace(/'(examples|demo)\//g, `'${dir}/$1/`));
    const rows = await result.getRowsJson();
    return [result.columnNames(), ...rows].map((row) => row.join('  ')).join('\n');
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** What differs between two runs of one command: seconds, rates, sizes on disk, and how lines are padded. */
function steady(line: string): string {
  return line
    .replace(/\d[\d.,]* (s|ms)\b/g, '# s')
    .replace(/\d[\d.,]* [kMG]?B\b/g, '# B')
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * Lines of a document's output that a run did not print, in order. A line `…` stands for any lines, and so do the ends:
 * a document may show a part.
 */
export function missingLines(shown: string, printed: string): string[] {
  const lines = printed.split('\n').map(steady);
  const wanted = shown.split('\n').map(steady);
  const missing: string[] = [];
  let at = 0;
  for (const line of wanted) {
    if (line === '…' || line === '') continue;
    const found = lines.indexOf(line, at);
    if (found < 0) missing.push(line);
    else at = found + 1;
  }
  return missing;
}
