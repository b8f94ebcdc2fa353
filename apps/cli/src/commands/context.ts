import type { Engine } from '../engine.js';
import type { Asked } from '../idle/asked.js';
import type { LoadWatch } from '../load-watch.js';
import type { Terminal } from '../terminal.js';

/** What every command is given besides its options. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** The folder the user typed the command in, absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly loadEngine: () => Promise<Engine>;
  readonly loadWatch: LoadWatch;
  /** `listen` is called when there is something that an interruption must leave in order. */
  /** The command line as the process was given it, where its answer may be remembered: null in a process that does more. */
  readonly asked?: Asked | null;
  readonly interrupts: { readonly signal: AbortSignal; readonly listen: () => void };
}

export function printLines({ terminal }: CommandContext, lines: readonly string[]): void {
  if (lines.length > 0) terminal.out(`${lines.join('\n')}\n`);
}
