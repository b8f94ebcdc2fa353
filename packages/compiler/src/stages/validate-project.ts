import type { TesseraError } from '@tessera/api';
import {
  type Finding,
  type Limits,
  type ProjectFacts,
  type ValidateOptions,
  validate,
} from '@tessera/validators';
import type { ColumnsOf } from '../columns.js';
import type { Project } from '../project.js';

export interface Known {
  /** What typing expressions and looking at the lake have told. */
  readonly told?: readonly TesseraError[];
  readonly facts?: ProjectFacts | null;
  readonly range?: { readonly start?: string; readonly end?: string };
  readonly limits?: Partial<Limits>;
  /** How columns of definitions are resolved, where others resolve them too. */
  readonly columnsOf?: ColumnsOf;
}

/** Second stage: everything that is wrong with a project's definitions, by layer. */
export function validateProject(
  { joins, groupBys, files, told }: Project,
  known: Known = {},
  options: ValidateOptions = {},
): readonly Finding[] {
  return validate(
    { joins, groupBys, files, ...known, told: [...told, ...(known.told ?? [])] },
    options,
  );
}
