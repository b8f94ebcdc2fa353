import { existsSync } from 'node:fs';
import { badOptions } from '../failures.js';
import { readDuration } from '../options.js';
import { gcLines } from '../output/gc-lines.js';
import { printJson } from '../output/json-document.js';
import { shownPath } from '../paths.js';
import { loadDefinitions } from '../project/load-definitions.js';
import { type CommandContext, printLines } from './context.js';
import { openProject } from './open-project.js';

export interface RawGcOptions {
  readonly project?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly olderThan?: string;
  readonly unused?: boolean;
  readonly json?: boolean;
}

const OLDER_THAN = '1d';

/** `tessera gc`: what the output folder holds and no run needs; removed with `--force` only. */
export async function gcCommand(raw: RawGcOptions, context: CommandContext): Promise<void> {
  const asked = raw.olderThan ?? OLDER_THAN;
  const olderThanMs = readDuration(asked);
  if (olderThanMs === null) {
    const message = `is not a length of time like 12h or 3d, nor 0: \`${asked}\``;
    throw badOptions([{ option: '--older-than', message }]);
  }
  if (raw.out === '') throw badOptions([{ option: '--out', message: 'names no folder' }]);
  const { config, load } = await openProject(raw, context);
  const { joins, groupBys } = await loadDefinitions(config, load, context.cwd);
  const { findGarbage, removeGarbage } = await import('@tessera/engine');
  const isRemoving = raw.force === true;
  const garbage = await (isRemoving ? removeGarbage : findGarbage)(
    [...joins.values(), ...groupBys.values()],
    { out: config.out, olderThanMs, unused: raw.unused === true },
  );
  if (raw.json === true) {
    const { out, items, sets, damaged } = garbage;
    const document = { command: 'gc', removed: isRemoving, olderThanMs, out, items, sets, damaged };
    context.terminal.out(printJson(document));
    return;
  }
  const out = shownPath(context.cwd, config.out);
  const words = { out, isRemoving, olderThan: asked, isThere: existsSync(config.out) };
  printLines(context, gcLines(garbage, { ...words, nowMs: Date.now() }, context.terminal.outStyle));
}
