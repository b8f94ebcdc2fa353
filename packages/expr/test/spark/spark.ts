import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
/** Needs a Java 17 on the path. */
const PINNED = ['pyspark==4.0.1', 'py4j==0.10.9.9'];
const folder = join(ROOT, '.cache', PINNED[0]!.replace('==', '-'));

/**
 * Where PySpark is, or null (with a visible line). It is kept in `.cache`; the long tests fetch it where it lacks, which takes
 * minutes, 470 MB and a network; others only use it when asked to (TESSERA_SPARK=1).
 */
export function sparkFolder(): string | null {
  const wanted = process.env.TESSERA_LONG === '1' || process.env.TESSERA_SPARK === '1';
  if (!wanted) return skipped('Spark is asked in pnpm test:long, or with TESSERA_SPARK=1');
  if (spawnSync('java', ['-version']).status !== 0) return skipped('no Java (17) on the path');
  if (existsSync(folder)) return folder;
  const making = `${folder}.making-${process.pid}`;
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  const args = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', making, ...PINNED];
  const { status, stderr, error } = spawnSync('python3', args, { encoding: 'utf8' });
  if (status !== 0) {
    rmSync(making, { recursive: true, force: true });
    return skipped(`no PySpark: ${stderr?.trim().split('\n').at(-1) ?? error?.message}`);
  }
  renameSync(making, folder);
  return folder;
}

function skipped(reason: string): null {
  console.warn(`skipped: ${reason}`);
  return null;
}

export interface SparkJob {
  readonly parse: readonly string[];
  readonly view: string;
  readonly evaluate: readonly (readonly string[])[];
  readonly ansi: boolean;
}

export type SparkValue = null | boolean | number | string;

export interface SparkAnswer {
  /** Place in `parse`, and what the parser said. */
  readonly refused: readonly (readonly [number, string])[];
  readonly answers: readonly (readonly SparkValue[] | { readonly error: string })[];
}

export async function askSpark(path: string, job: SparkJob): Promise<SparkAnswer> {
  const program = fileURLToPath(new URL('./spark.py', import.meta.url));
  const child = spawn('python3', [program], {
    env: { ...process.env, PYTHONPATH: path, SPARK_HOME: join(path, 'pyspark') },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const [out, told]: [string[], string[]] = [[], []];
  child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => told.push(text));
  child.stdin.end(JSON.stringify(job));
  const code = await new Promise<number | null>((done) => child.on('close', done));
  if (code !== 0) throw new Error(`Spark ended with ${code}: ${told.join('').slice(-2000)}`);
  return JSON.parse(out.join('')) as SparkAnswer;
}
