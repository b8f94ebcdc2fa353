import { backfill, buildTiles, trainSet } from '@tessera/engine';
import { runCli } from '../../apps/cli/dist/index.js';
import { pipedContext } from '../../apps/cli/test/piped-context.js';
import type { Outcome } from './command.js';

/** One worker unless told otherwise: to start threads takes longer than what small tables need. */
const engine = {
  trainSet: ((join, options) =>
    trainSet(join, { ...options, workers: options?.workers ?? 1 })) as typeof trainSet,
  backfill: ((groupBy, options) =>
    backfill(groupBy, { ...options, workers: options?.workers ?? 1 })) as typeof backfill,
  buildTiles: (definition, options) =>
    buildTiles(definition, { ...options, workers: options?.workers ?? 1 }),
};

/** The command with the real engine, in this process: a process of its own per question would take most of the time. */
export function tesseraHere(argv: readonly string[], cwd: string): Promise<Outcome> {
  return tesseraAs({}, argv, cwd);
}

/** The same with an environment. */
export async function tesseraAs(
  env: Readonly<Record<string, string>>,
  argv: readonly string[],
  cwd: string,
): Promise<Outcome> {
  const { context, said } = pipedContext({ cwd, env, loadEngine: async () => engine });
  return { code: await runCli(argv, context), ...said() };
}
