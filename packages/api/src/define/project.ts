import { z } from 'zod';
import { combineProblems } from '../errors.js';
import { LIMITS, type ProjectLimits } from '../limits.js';
import { createReport } from './report.js';
import { readShape, text } from './shape.js';

/** What `tessera.config.ts` says; relative paths start from its folder. */
export interface ProjectDefinition {
  readonly name?: string;
  /** Folder that relative source paths start from. */
  readonly lake?: string;
  /** Folder that receives datasets. */
  readonly out?: string;
  /** Folder of definitions, searched with its subfolders. Default `features`. */
  readonly features?: string;
  /** A module to run when the lake has no data yet (synthetic data). */
  readonly generate?: string;
  /** From when on `tessera validate` says that a definition is expensive. */
  readonly limits?: ProjectLimits;
}

export interface Project extends ProjectDefinition {
  readonly features: string;
}

const limit = z
  .number({ error: 'must be a number' })
  .positive({ error: 'must be above 0' })
  .optional();
const limitsShape = z.strictObject(
  Object.fromEntries(LIMITS.map((name) => [name, limit])) as Record<
    (typeof LIMITS)[number],
    typeof limit
  >,
);

const projectShape = z.strictObject({
  name: text.optional(),
  lake: text.optional(),
  out: text.optional(),
  features: text.optional(),
  generate: text.optional(),
  limits: limitsShape.optional(),
});

/**
 * The content of `tessera.config.ts`: `export default defineProject({ … })`.
 *
 * Throws   BAD_OPTION for each unknown or ill-typed option.
 */
export function defineProject(definition: ProjectDefinition = {}): Project {
  const report = createReport('tessera.config.ts');
  const shape = readShape(projectShape, definition, report);
  if (shape === undefined) throw combineProblems(report.problems);
  report.settle();
  return { ...shape, features: shape.features ?? 'features' };
}
