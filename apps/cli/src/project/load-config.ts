import path from 'node:path';
import { LIMITS, type ProjectLimits } from '@tessera/api';
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
  /** Of the rules about what things cost. */
  readonly limits: ProjectLimits;
}

/** What is read of the default export, whether or not `defineProject` made it. */
const TEXT_SETTINGS = ['lake', 'out', 'features', 'generate'] as const;
type Settings = { readonly [K in (typeof TEXT_SETTINGS)[number]]?: string } & {
  readonly limits?: ProjectLimits;
};

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
    limits: settings.limits ?? {},
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
  if (found.limits !== undefined && found.limits !== null)
    settings.limits = readLimits(found.limits, mistakes);
  if (mistakes.length > 0) throw badConfig(configFile, mistakes);
  return settings;
}

function readLimits(given: unknown, mistakes: string[]): ProjectLimits {
  if (typeof given !== 'object' || given === null) {
    mistakes.push('`limits` is no object');
    return {};
  }
  const limits: { -readonly [K in keyof ProjectLimits]: ProjectLimits[K] } = {};
  for (const [name, value] of Object.entries(given)) {
    const known = LIMITS.find((one) => one === name);
    if (known === undefined)
      mistakes.push(`\`limits\` has no \`${name}\`; there are ${LIMITS.join(', ')}`);
    else if (typeof value === 'number' && value > 0) limits[known] = value;
    else if (value !== undefined) mistakes.push(`\`limits.${name}\` is not a number above 0`);
  }
  return limits;
}
