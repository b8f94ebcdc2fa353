import { backfill, trainSet } from '@tessera/engine';
import { type CommandContext, runCli } from '../../apps/cli/dist/index.js';
import type { Outcome } from '../files/command.js';

/** The command with the real engine, in this process: a process of its own per question would take most of the time. */
export async function tesseraHere(argv: readonly string[], cwd: string): Promise<Outcome> {
  let out = '';
  let err = '';
  const style = { color: false, unicode: true, columns: 100 };
  const context: CommandContext = {
    terminal: {
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      outStyle: style,
      errStyle: style,
      live: false,
    },
    cwd,
    env: {},
    loadEngine: async () => ({ trainSet, backfill }),
    loadWatch: { begin: () => {}, end: () => {} },
    interrupts: { signal: new AbortController().signal, listen: () => {} },
  };
  const code = await runCli(argv, context);
  return { code, out, err };
}
