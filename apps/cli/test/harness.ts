import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { atEndOfFile } from '../../../test/end-of-file.js';
import type { Engine } from '../src/engine.js';
import { runCli } from '../src/run-cli.js';
import { fakeEngine } from './fake-engine.js';
import { pipedContext } from './piped-context.js';

export type Files = Readonly<Record<string, string>>;

export const SOURCES = `
import { entities, events } from '@tessera/api';
export const transactions = events({
  name: 'payments.transactions', path: 'transactions', time: 'ts',
  columns: { user_id: 'string', amount: 'double', ts: 'timestamp' },
});
`;

export const USER_SPEND = `
import { count, groupBy, sum } from '@tessera/api';
import { transactions } from '../sources.js';
export const userSpend = groupBy({
  name: 'user_spend', source: transactions, keys: ['user_id'],
  aggregations: [count({ windows: ['1d'] }), sum('amount', { windows: ['7d'] })],
});
`;

export const FRAUD_V2 = `
import { join, part } from '@tessera/api';
import { transactions } from '../sources.js';
import { userSpend } from './user-spend.js';
export const fraudV2 = join({ name: 'fraud_v2', left: transactions, parts: [part(userSpend)] });
`;

export const CONFIG = `
import { defineProject } from '@tessera/api';
export default defineProject({ name: 'shop', lake: 'lake', out: 'out', features: 'features' });
`;

/** One join over one groupBy, and a lake that is not empty. */
export const SMALL_PROJECT: Files = {
  'tessera.config.ts': CONFIG,
  'sources.ts': SOURCES,
  'features/user-spend.ts': USER_SPEND,
  'features/fraud-v2.ts': FRAUD_V2,
  'lake/transactions/ds=2025-01-01/part.parquet': 'not read by the fake engine',
};

/** A new folder with these files; by default far from the clone and from any node_modules. */
export function writeFiles(files: Files, below = os.tmpdir()): string {
  const folder = realpathSync(mkdtempSync(path.join(below, '.tessera-cli-')));
  atEndOfFile(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunIn {
  readonly cwd: string;
  readonly argv: readonly string[];
  readonly engine?: Engine;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** One command line in this process, as written to a pipe. */
export async function runIn({ cwd, argv, engine, env, signal }: RunIn): Promise<Outcome> {
  const { context, said } = pipedContext({
    cwd,
    env: env ?? {},
    loadEngine: async () => engine ?? fakeEngine(),
  });
  const interrupts = { ...context.interrupts, ...(signal && { signal }) };
  const code = await runCli(argv, { ...context, interrupts });
  return { code, ...said() };
}
