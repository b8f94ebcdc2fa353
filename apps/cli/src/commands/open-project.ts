import path from 'node:path';
import { missingLake } from '../failures.js';
import { shownPath } from '../paths.js';
import { findProject } from '../project/find-project.js';
import { loadConfig, type ProjectConfig } from '../project/load-config.js';
import { createModuleLoader, type ModuleLoader } from '../project/module-loader.js';
import { lakeState } from '../project/synthetic-data.js';
import type { CommandContext } from './context.js';
import { generateInto } from './generate-into.js';

export interface OpenProject {
  readonly config: ProjectConfig;
  readonly load: ModuleLoader;
}

/** Find the project and read its config; `--lake` and `--out`, which start from the working folder, win over it. */
export async function openProject(
  asked: { readonly project?: string; readonly lake?: string; readonly out?: string },
  { cwd, env, loadWatch }: CommandContext,
): Promise<OpenProject> {
  const folder = findProject({ cwd, asked: asked.project, fallback: env.TESSERA_DEFAULT_PROJECT });
  const load = createModuleLoader(folder, loadWatch);
  const config = await loadConfig(folder, load, cwd);
  return {
    config: {
      ...config,
      lake: asked.lake === undefined ? config.lake : path.resolve(cwd, asked.lake),
      out: asked.out === undefined ? config.out : path.resolve(cwd, asked.out),
    },
    load,
  };
}

export interface LakeNeeds {
  /** True when `--lake` named the folder: a mistyped path must not be filled with synthetic data. */
  readonly named: boolean;
  readonly quiet: boolean;
}

/** Write the project's synthetic data where its config's lake does not exist yet. Throws MISSING_LAKE. */
export async function ensureLake(
  project: OpenProject,
  needs: LakeNeeds,
  context: CommandContext,
): Promise<void> {
  const { lake, generate } = project.config;
  if (lakeState(lake) !== 'missing') return;
  if (generate === null || needs.named) {
    throw missingLake(shownPath(context.cwd, lake), generate !== null);
  }
  await generateInto(project, { scale: 1, seed: 42, replace: false, quiet: needs.quiet }, context);
}
