import { badOptions, missingLake } from '../failures.js';
import { explainLines } from '../output/explain-lines.js';
import { jsonValue } from '../output/value-text.js';
import { shownPath } from '../paths.js';
import { loadDefinitions } from '../project/load-definitions.js';
import { lakeState } from '../project/synthetic-data.js';
import { chooseJoin } from './choose-join.js';
import { type CommandContext, printLines } from './context.js';
import { openProject } from './open-project.js';

export interface RawExplainOptions {
  readonly join?: string;
  readonly key?: readonly string[];
  readonly at?: string;
  readonly column?: string;
  readonly limit?: string;
  readonly tiles?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly project?: string;
  readonly lake?: string;
}

/** Pieces that are printed, and that a document holds, without `--limit`. */
const PRINTED = 20;
const IN_DOCUMENT = 10_000;

/** `tessera explain`: one cell of a training set, with all that it was made of. */
export async function explainCommand(
  raw: RawExplainOptions,
  context: CommandContext,
): Promise<void> {
  const asked = checkExplainOptions(raw);
  const project = await openProject(raw, context);
  const { config, load } = project;
  const definitions = await loadDefinitions(config, load, context.cwd);
  const join = chooseJoin(definitions, raw.join, shownPath(context.cwd, config.features));
  if (lakeState(config.lake) === 'missing')
    throw missingLake(shownPath(context.cwd, config.lake), config.generate !== null);
  context.interrupts.listen();
  const { explainValue } = await import('@tessera/engine');
  const explanation = await explainValue(join, {
    ...asked,
    lake: config.lake,
    out: config.out,
    signal: context.interrupts.signal,
  });
  if (raw.json === true) {
    const document = { command: 'explain', ...explanation };
    context.terminal.out(`${JSON.stringify(document, jsonValue, 2)}\n`);
  } else printLines(context, explainLines(explanation, context.terminal.outStyle));
}

interface Asked {
  readonly keys: Readonly<Record<string, string>>;
  readonly at: string;
  readonly column: string;
  readonly limit: number;
  readonly tiles: 'auto' | 'off';
}

/** Every mistake is reported, not the first only. Throws BAD_OPTION. */
function checkExplainOptions(raw: RawExplainOptions): Asked {
  const mistakes: { option: string; message: string }[] = [];
  const keys = new Map<string, string>();
  for (const text of raw.key ?? []) {
    const at = text.indexOf('=');
    const name = text.slice(0, at);
    if (at < 1) mistakes.push({ option: '--key', message: `is not name=value: \`${text}\`` });
    else if (keys.has(name)) mistakes.push({ option: '--key', message: `gives ${name} twice` });
    else keys.set(name, text.slice(at + 1));
  }
  const whole = raw.limit === undefined || /^\d{1,9}$/.test(raw.limit);
  const limit = Number(raw.limit ?? (raw.json === true ? IN_DOCUMENT : PRINTED));
  if (!whole || limit < 1)
    mistakes.push({
      option: '--limit',
      message: `is not a whole number of at least 1: \`${raw.limit}\``,
    });
  const { at, column } = raw;
  const tiles = raw.tiles === 'off' ? 'off' : 'auto';
  if (raw.tiles !== undefined && raw.tiles !== tiles)
    mistakes.push({ option: '--tiles', message: `is neither auto nor off: \`${raw.tiles}\`` });
  if (at === undefined)
    mistakes.push({
      option: '--at',
      message: 'is needed: an instant such as 2025-03-01T10:00:00Z',
    });
  if (column === undefined)
    mistakes.push({ option: '--column', message: 'is needed: the feature column to explain' });
  if (mistakes.length > 0 || at === undefined || column === undefined) throw badOptions(mistakes);
  return { keys: Object.fromEntries(keys), at, column, limit, tiles };
}
