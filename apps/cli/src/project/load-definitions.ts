import type { GroupBySpec, JoinSpec } from '@tessera/api';
import {
  type DefinitionFailure,
  type Duplicate,
  definitionsFailed,
  duplicateDefinitions,
  noDefinitions,
} from '../failures.js';
import { shownPath } from '../paths.js';
import { errorPlace, errorWords } from './error-place.js';
import { listDefinitionFiles } from './list-files.js';
import type { ProjectConfig } from './load-config.js';
import type { ModuleLoader } from './module-loader.js';

type Definition = JoinSpec | GroupBySpec;

/** What a project exports, by name, in the order of its files. */
export interface Definitions {
  readonly joins: ReadonlyMap<string, JoinSpec>;
  readonly groupBys: ReadonlyMap<string, GroupBySpec>;
}

interface Found {
  readonly definition: Definition;
  readonly file: string;
}

/**
 * Load every definition file of a project and collect the joins and groupBys it exports.
 *
 * Throws   DEFINITION_FAILED with all files that throw, DUPLICATE_DEFINITION with all names that two files give to
 *          different definitions, NO_DEFINITIONS when there is neither a join nor a groupBy.
 */
export async function loadDefinitions(
  config: ProjectConfig,
  load: ModuleLoader,
  cwd: string,
): Promise<Definitions> {
  const files = [config.configFile, ...listDefinitionFiles(config.features)];
  const failures: DefinitionFailure[] = [];
  const found = new Map<string, Found>();
  const duplicates: Duplicate[] = [];
  for (const file of files) {
    let exports: Readonly<Record<string, unknown>>;
    try {
      exports = await load(file);
    } catch (error) {
      failures.push(describeFailure(error, file, config.folder, cwd));
      continue;
    }
    for (const definition of Object.values(exports).filter(isDefinition)) {
      const id = `${definition.kind} ${definition.name}`;
      const earlier = found.get(id);
      if (earlier === undefined) found.set(id, { definition, file });
      else if (earlier.definition !== definition) {
        const { kind, name } = definition;
        duplicates.push({
          name,
          kind,
          files: [shownPath(cwd, earlier.file), shownPath(cwd, file)],
        });
      }
    }
  }
  if (failures.length > 0) throw definitionsFailed(withoutRepeats(failures));
  if (duplicates.length > 0) throw duplicateDefinitions(duplicates);
  if (found.size === 0) throw noDefinitions(shownPath(cwd, config.features));
  return sortOut([...found.values()].map(({ definition }) => definition));
}

/** One file's error in the words and with the place a user can act on. */
export function describeFailure(
  error: unknown,
  file: string,
  folder: string,
  cwd: string,
): DefinitionFailure {
  const place = errorPlace(error, folder) ?? { file };
  return { ...place, file: shownPath(cwd, place.file), message: errorWords(error), error };
}

/** A file that throws fails once more in every file that imports it. */
function withoutRepeats(failures: readonly DefinitionFailure[]): DefinitionFailure[] {
  const seen = new Map<string, DefinitionFailure>();
  for (const failure of failures) {
    const { file, line, message } = failure;
    const id = JSON.stringify([file, line, message]);
    if (!seen.has(id)) seen.set(id, failure);
  }
  return [...seen.values()];
}

function isDefinition(value: unknown): value is Definition {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, name } = value as { readonly kind?: unknown; readonly name?: unknown };
  return (kind === 'join' || kind === 'groupBy') && typeof name === 'string';
}

function sortOut(definitions: readonly Definition[]): Definitions {
  const joins = new Map<string, JoinSpec>();
  const groupBys = new Map<string, GroupBySpec>();
  for (const definition of definitions) {
    if (definition.kind === 'join') joins.set(definition.name, definition);
    else groupBys.set(definition.name, definition);
  }
  return { joins, groupBys };
}
