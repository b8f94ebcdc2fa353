import type { VersionInfo } from '@tessera/kv-writer';
import { printJson } from '../output/json-document.js';
import { versionLines } from '../output/version-lines.js';
import { type CommandContext, printLines } from './context.js';
import { openProject } from './open-project.js';
import { type RawUnitOptions, shownStore, withStore } from './serving.js';

export interface UnitVersions {
  readonly unit: string;
  readonly versions: readonly VersionInfo[];
}

/** `tessera versions`: what a store holds, and which of it is served. */
export async function versionsCommand(
  raw: Pick<RawUnitOptions, 'project' | 'out' | 'store' | 'json'>,
  context: CommandContext,
): Promise<void> {
  const { config } = await openProject(raw, context);
  await withStore(raw, config, context, async (store) => {
    const units: UnitVersions[] = [];
    for (const unit of await store.units())
      units.push({ unit, versions: await store.versions(unit) });
    if (raw.json === true) {
      const plain = units.map(({ unit, versions }) => ({
        unit,
        versions: versions.map(withoutServed),
      }));
      context.terminal.out(printJson({ command: 'versions', store: store.where, units: plain }));
    } else
      printLines(
        context,
        versionLines(units, shownStore(store, context.cwd), context.terminal.outStyle),
      );
  });
}

function withoutServed({ meta, ...version }: VersionInfo): object {
  if (meta === null) return { ...version, meta };
  const { served: _, ...own } = meta;
  return { ...version, meta: own };
}
