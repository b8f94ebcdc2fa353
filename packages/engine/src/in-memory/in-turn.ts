import { inlineExecutor } from '../executor.js';

export type Inline = Awaited<ReturnType<typeof inlineExecutor>>;

let opened: Promise<Inline> | null = null;

/** One DuckDB serves all in-memory runs of a process; runs take turns, because tables have fixed names. */
let turn: Promise<unknown> = Promise.resolve();

function executor(): Promise<Inline> {
  opened ??= inlineExecutor({ workers: 1, dir: null });
  return opened;
}

/** Run when every run asked for before is through. */
export async function inTurn<T>(work: (inline: Inline) => Promise<T>): Promise<T> {
  const before = turn;
  const mine = (async () => {
    await before.catch(() => undefined);
    return work(await executor());
  })();
  turn = mine.catch(() => undefined);
  return mine;
}
