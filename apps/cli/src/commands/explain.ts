import { badOptions, missingLake } from '../failures.js';
import { explainDerivedLines } from '../output/explain-derived-lines.js';
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
  readonly left?: readonly string[];
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
  const { explainDerived, explainValue, isDerived } = await import('@tessera/engine');
  const { left, ...of } = asked;
  const { signal } = context.interrupts;
  const options = { ...of, lake: config.lake, out: config.out, signal };
  const { outStyle, out } = context.terminal;
  const print = (explanation: object, lines: readonly string[]) => {
    if (raw.json === true)
      out(`${JSON.stringify({ command: 'explain', ...explanation }, jsonValue, 2)}\n`);
    else printLines(context, lines);
  };
  if (isDerived(join, asked.column)) {
    const explanation = await explainDerived(join, { ...options, left });
    print(explanation, explainDerivedLines(explanation, outStyle));
  } else {
    const explanation = await explainValue(join, options);
    print(explanation, explainLines(explanation, outStyle));
  }
}

interface Asked {
  readonly keys: Readonly<Record<string, string>>;
  readonly left: Readonly<Record<string, string | null>>;
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
  const left = new Map<string, string | null>();
  for (const text of raw.left ?? []) {
    const at = text.indexOf('=');
    const name = at < 0 ? text : text.slice(0, at);
    if (name === '') mistakes.push({ option: '--left', message: `names no column: \`${text}\`` });
    else if (left.has(name)) mistakes.push({ option: '--left', message: `gives ${name} twice` });
    else left.set(name, at < 0 ? null : text.slice(at + 1));
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
    mistakes.push({ option: '--column', message: 'is needed: the column to explain' });
  if (mistakes.length > 0 || at === undefined || column === undefined) throw badOptions(mistakes);
  return {
    keys: Object.fromEntries(keys),
    left: Object.fromEntries(left),
    at,
    column,
    limit,
    tiles,
  };
}
