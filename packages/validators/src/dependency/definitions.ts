import type { Rule } from '../rule.js';
import { told } from '../told.js';

/** Files and what they export. Examples are files of a project. */
export const DEFINITION_FILE_RULES: readonly Rule[] = [
  told({
    id: 'DEFINITION_FAILED',
    layer: 'dependency',
    severity: 'error',
    summary: 'Definition files can be read, import what there is, and come to an end.',
    hint: 'Correct the file at the line that is named; `--debug` shows the whole stack.',
    example: {
      fires: `({ files: { 'features/a.ts': "import { nothing } from './there.js'; export const g = nothing();" } })`,
      passes: `({ files: { 'features/a.ts': "export * from './b.js';", 'features/b.ts': EXAMPLE_FILE } })`,
    },
  }),
  told({
    id: 'DUPLICATE_DEFINITION',
    layer: 'dependency',
    severity: 'error',
    summary: 'A name is that of one definition.',
    hint: 'Rename one: a name is what commands take and what a dataset is called.',
    example: {
      fires: `({ files: { 'features/a.ts': EXAMPLE_FILE, 'features/b.ts': EXAMPLE_FILE } })`,
      passes: `({ files: { 'features/a.ts': EXAMPLE_FILE, 'features/b.ts': "export { g } from './a.js';" } })`,
    },
  }),
  told({
    id: 'NO_DEFINITIONS',
    layer: 'dependency',
    severity: 'error',
    summary: 'A project exports a join or a groupBy.',
    hint: 'Write `export const … = groupBy({ … })` in a .ts file of the features folder.',
    example: {
      fires: `({ files: { 'features/a.ts': 'export const nothing = 1;' } })`,
      passes: `({ files: { 'features/a.ts': EXAMPLE_FILE } })`,
    },
  }),
];
