import { missingLake } from '../failures.js';
import { printJson } from '../output/json-document.js';
import { statusLines } from '../output/status-lines.js';
import { shownPath } from '../paths.js';
import { loadDefinitions } from '../project/load-definitions.js';
import { lakeState } from '../project/synthetic-data.js';
import { type CommandContext, printLines } from './context.js';
import { openProject } from './open-project.js';

export interface RawStatusOptions {
  readonly project?: string;
  readonly lake?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** `tessera status`: every dataset of the project, joins first, then the tiles that they can read. */
export async function statusCommand(raw: RawStatusOptions, context: CommandContext): Promise<void> {
  const { config, load } = await openProject(raw, context);
  const { joins, groupBys } = await loadDefinitions(config, load, context.cwd);
  if (lakeState(config.lake) === 'missing')
    throw missingLake(shownPath(context.cwd, config.lake), config.generate !== null);
  context.interrupts.listen();
  const { projectStatus } = await import('@tessera/engine');
  const status = await projectStatus([...joins.values(), ...groupBys.values()], {
    lake: config.lake,
    out: config.out,
    signal: context.interrupts.signal,
  });
  if (raw.json === true) context.terminal.out(printJson({ command: 'status', ...status }));
  else printLines(context, statusLines(status, context.terminal.outStyle));
}
