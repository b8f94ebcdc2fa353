import { printJson } from '../output/json-document.js';
import { doneLine } from '../output/style.js';
import { shownPath } from '../paths.js';
import { loadDefinitions } from '../project/load-definitions.js';
import { type CommandContext, printLines } from './context.js';
import { openProject } from './open-project.js';
import { chooseUnit, type RawUnitOptions, withStore } from './serving.js';

/** `tessera rollback`: serve again what was served before the last upload. */
export async function rollbackCommand(raw: RawUnitOptions, context: CommandContext): Promise<void> {
  const { config, load } = await openProject(raw, context);
  const definitions = await loadDefinitions(config, load, context.cwd);
  const { unitName } = await import('@tessera/kv-writer');
  const unit = unitName(chooseUnit(definitions, raw, shownPath(context.cwd, config.features)));
  await withStore(raw, config, context, async (store) => {
    const from = await store.current(unit);
    const to = await store.rollback(unit);
    if (raw.json === true) context.terminal.out(printJson({ command: 'rollback', unit, from, to }));
    else
      printLines(context, [
        doneLine(context.terminal.outStyle, 'rolled back', `${unit}: ${from} → ${to}`),
      ]);
  });
}
