export {
  artefactsOf,
  type Compiled,
  type CompiledFile,
  compile,
  type Entry,
  INDEX_FILE,
  type ProjectIndex,
} from './compile.js';
export { type Artefact, COMPILED_FORMAT, type CompiledColumn } from './emit/artefact.js';
export { stableJson } from './emit/stable-json.js';
export type { ColumnLineage } from './lineage/column-lineage.js';
export { idOf, type Loaded, type Project } from './project.js';
export { parse } from './stages/parse.js';
export { type Known, validateProject } from './stages/validate-project.js';
