import path from 'node:path';
import { badConfig, definitionsFailed } from '../failures.js';
import { shownPath } from '../paths.js';
import { CONFIG_FILE } from './find-project.js';
import { describeFailure } from './load-project.js';
import type { ModuleLoader } from './module-loader.js';

/** A project's settings with every path absolute. */
export interface ProjectConfig {
  readonly folder: string;
  readonly configFile: string;
  readonly lake: string;
  readonly out: string;
  readonly features: string;
  /** Module that writes synthetic data; null when the project has real data only. */
  readonly generate: string | null;
}

/** What is read of the default export, whether or not `defineProject` made it. */
const TEXT_SETTINGS = ['lake', 'out', 'features', 'generate'] as const;
type Settings = { readonly [K in (typeof TEXT_SETTINGS)[number]]?: string };

/** Load `tessera.config.ts`; its paths start from its own folder. Throws DEFINITION_FAILED or BAD_CONFIG. */
export async function loadConfig(
  folder: string,
  load: ModuleLoader,
  cwd: string,
): Promise<ProjectConfig> {
  const configFile = path.join(folder, CONFIG_FILE);
  let exported: unknown;
  try {
    exported = (await load(configFile)).default;
  } catch (error) {
    throw definitionsFailed([describeFailure(error, configFile, folder, cwd)]);
  }
  const settings = readSettings(exported, shownPath(cwd, configFile));
  const resolve = (setting: string | undefined, fallback: string) =>
    path.resolve(folder, setting ?? fallback);
  return {
    folder,
    configFile,
    lake: resolve(settings.lake, '.'),
    out: resolve(settings.out, 'out'),
    features: resolve(settings.features, 'features'),
    generate: settings.generate === undefined ? null : path.resolve(folder, settings.generate),
  };
}

function readSettings(exported: unknown, configFile: string): Settings {
  if (typeof exported !== 'object' || exported === null) {
    throw badConfig(configFile, [
      'it has no default export; write `export default defineProject({ … })`',
    ]);
  }
  const found = exported as Readonly<Record<string, unknown>>;
  const mistakes: string[] = [];
  const settings: { -readonly [K in keyof Settings]: Settings[K] } = {};
  for (const name of TEXT_SETTINGS) {
    const value = found[name];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string' || value === '') {
      mistakes.push(`\`${name}\` is not the path of a ${name === 'generate' ? 'file' : 'folder'}`);
    } else settings[name] = value;
  }
  if (mistakes.length > 0) throw badConfig(configFile, mistakes);
  return settings;
}
