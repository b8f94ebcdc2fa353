import { CONCAT } from './concat.js';
import { CONDITIONAL } from './conditional.js';
import type { FunctionEntry } from './function-entry.js';
import { HASHES } from './hash.js';
import { LISTS_AND_MAPS } from './list-map.js';
import { MATHS } from './maths.js';
import { STRINGS } from './string.js';
import { TIME_CONVERT } from './time-convert.js';
import { TIME_PARTS } from './time-parts.js';
import { TIME_UNITS } from './time-units.js';

/** Every function of the language by its name. */
export const REGISTRY: ReadonlyMap<string, FunctionEntry> = new Map(
  [
    ...CONDITIONAL,
    ...MATHS,
    CONCAT,
    ...STRINGS,
    ...TIME_PARTS,
    ...TIME_UNITS,
    ...TIME_CONVERT,
    ...LISTS_AND_MAPS,
    ...HASHES,
  ].map((entry) => [entry.name, entry]),
);
