import { CONDITIONAL } from './conditional.js';
import type { FunctionEntry } from './function-entry.js';
import { MATHS } from './maths.js';

/** Every function of the language by its name. */
export const REGISTRY: ReadonlyMap<string, FunctionEntry> = new Map(
  [...MATHS, ...CONDITIONAL].map((entry) => [entry.name, entry]),
);
