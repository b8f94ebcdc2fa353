import type { CommandContext } from '../src/commands/context.js';

/** A context as of a command that writes to a pipe, and what was written. */
export function pipedContext(given: Pick<CommandContext, 'cwd' | 'env' | 'loadEngine'>): {
  readonly context: CommandContext;
  readonly said: () => { readonly out: string; readonly err: string };
} {
  let out = '';
  let err = '';
  const style = { color: false, unicode: true, columns: 100 };
  const terminal = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    outStyle: style,
    errStyle: style,
    live: false,
  };
  const context = {
    ...given,
    terminal,
    loadWatch: { begin: () => {}, end: () => {} },
    interrupts: { signal: new AbortController().signal, listen: () => {} },
  };
  return { context, said: () => ({ out, err }) };
}
