import { checkGenerateOptions } from '../options.js';
import type { CommandContext } from './context.js';
import { generateInto } from './generate-into.js';
import { openProject } from './open-project.js';

export interface RawGenerateOptions {
  readonly project?: string;
  readonly lake?: string;
  readonly scale?: string;
  readonly seed?: string;
  readonly force?: boolean;
}

/** `tessera generate`: write the project's synthetic data. */
export async function generateCommand(
  raw: RawGenerateOptions,
  context: CommandContext,
): Promise<void> {
  const { scale, seed } = checkGenerateOptions(raw);
  const project = await openProject(raw, context);
  await generateInto(project, { scale, seed, replace: raw.force === true, quiet: false }, context);
}
