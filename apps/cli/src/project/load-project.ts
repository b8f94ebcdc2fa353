import type { Loaded } from '@tessera/compiler';
import { type DefinitionFailure, definitionsFailed } from '../failures.js';
import { shownPath } from '../paths.js';
import { errorPlace, errorWords } from './error-place.js';
import { listDefinitionFiles } from './list-files.js';
import type { ProjectConfig } from './load-config.js';
import type { ModuleLoader } from './module-loader.js';

/** Load every definition file of a project: what each exports, and which could not be loaded. */
export async function loadFiles(
  config: Pick<ProjectConfig, 'configFile' | 'features' | 'folder'>,
  load: ModuleLoader,
  cwd: string,
  /** Told of each as soon as it is there. */
  onLoaded: (file: Loaded['files'][number]) => void = () => {},
): Promise<Loaded> {
  const failures: DefinitionFailure[] = [];
  const files: { file: string; exports: Readonly<Record<string, unknown>> }[] = [];
  for (const file of [config.configFile, ...listDefinitionFiles(config.features)]) {
    try {
      const loaded = { file: shownPath(cwd, file), exports: await load(file) };
      files.push(loaded);
      onLoaded(loaded);
    } catch (error) {
      failures.push(describeFailure(error, file, config.folder, cwd));
    }
  }
  load.save();
  const problems =
    failures.length === 0 ? [] : definitionsFailed(withoutRepeats(failures)).problems;
  return { files, problems, folder: shownPath(cwd, config.features) };
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
