import type { ColumnSpec, GroupBySpec, JoinSpec } from '@tessera/api';
import { badOptions } from '../failures.js';
import type { Mistake } from '../options.js';
import { fetchLines } from '../output/fetch-lines.js';
import { jsonValue } from '../output/value-text.js';
import { shownPath } from '../paths.js';
import { loadDefinitions } from '../project/load-definitions.js';
import { type CommandContext, printLines } from './context.js';
import { openProject } from './open-project.js';
import { chooseUnit, type RawUnitOptions, readAsOf, shownStore, withStore } from './serving.js';

export interface RawFetchOptions extends RawUnitOptions {
  readonly key?: readonly string[];
  readonly request?: readonly string[];
  readonly at?: string;
  readonly explain?: boolean;
}

/** `tessera fetch`: one row, as a service would get it. */
export async function fetchCommand(raw: RawFetchOptions, context: CommandContext): Promise<void> {
  const mistakes: Mistake[] = [];
  const keys = namedValues('--key', raw.key ?? [], mistakes);
  const request = namedValues('--request', raw.request ?? [], mistakes);
  const atMs = raw.at === undefined ? Date.now() : readAsOf('--at', raw.at, mistakes);
  if (mistakes.length > 0) throw badOptions(mistakes);
  const { config, load } = await openProject(raw, context);
  const definitions = await loadDefinitions(config, load, context.cwd);
  const unit = chooseUnit(definitions, raw, shownPath(context.cwd, config.features));
  const columns = unit.kind === 'join' ? unit.left.columns : unit.source.columns;
  const { createFetcher } = await import('@tessera/fetcher');
  await withStore(raw, config, context, async (store) => {
    const fetcher = createFetcher({ store });
    try {
      const startedMs = performance.now();
      const fetched = await (fetcher as LooseFetcher).fetch(unit, valuesOf(keys, columns), {
        at: atMs,
        explain: raw.explain === true,
        ...(request.size > 0 && { request: valuesOf(request, columns) }),
      });
      const ms = performance.now() - startedMs;
      if (raw.json === true)
        context.terminal.out(`${JSON.stringify({ command: 'fetch', ...fetched }, jsonValue, 2)}\n`);
      else
        printLines(
          context,
          fetchLines(
            fetched,
            { unit: unit.name, store: shownStore(store, context.cwd), ms },
            context.terminal.outStyle,
          ),
        );
    } finally {
      await fetcher.close();
    }
  });
}

/** The types of keys and rows are those of a definition that is only known now. */
interface LooseFetcher {
  readonly fetch: (
    unit: JoinSpec | GroupBySpec,
    keys: Readonly<Record<string, unknown>>,
    options: object,
  ) => Promise<Parameters<typeof fetchLines>[0]>;
}

/** `name=value` as often as it is given; the name alone is null. */
function namedValues(
  option: string,
  texts: readonly string[],
  mistakes: Mistake[],
): Map<string, string | null> {
  const values = new Map<string, string | null>();
  for (const text of texts) {
    const at = text.indexOf('=');
    const name = at < 0 ? text : text.slice(0, at);
    if (name === '') mistakes.push({ option, message: `names no column: \`${text}\`` });
    else if (values.has(name)) mistakes.push({ option, message: `gives ${name} twice` });
    else values.set(name, at < 0 ? null : text.slice(at + 1));
  }
  return values;
}

/** What was typed, as values of the columns' types; what is none is left as text, and the fetcher says so. */
function valuesOf(
  texts: ReadonlyMap<string, string | null>,
  columns: readonly ColumnSpec[],
): Record<string, unknown> {
  return Object.fromEntries(
    [...texts].map(([name, text]) => [
      name,
      text === null
        ? null
        : typed(
            text,
            columns.find((column) => column.name === name),
          ),
    ]),
  );
}

function typed(text: string, column: ColumnSpec | undefined): unknown {
  switch (column?.type.kind) {
    case 'int64':
    case 'epoch_ms':
    case 'epoch_s':
    case 'epoch_us':
      return /^-?\d+$/.test(text) ? BigInt(text) : text;
    case 'int32':
    case 'float':
    case 'double':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    default:
      return text;
  }
}
