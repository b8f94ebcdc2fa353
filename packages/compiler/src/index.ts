export { type ColumnsOf, rememberedColumns } from './columns.js';
export {
  artefactsOf,
  type Compiled,
  type CompiledFile,
  type CompileOptions,
  compile,
  type Emitted,
  type Entry,
  emitStep,
  findingsBefore,
  INDEX_FILE,
  type ProjectIndex,
  type Step,
  type Steps,
  stepsOf,
  toBeTyped,
} from './compile.js';
export { CHANGE_CLASSES, type ChangeClass } from './diff/change-class.js';
export {
  type ColumnChange,
  diffProjects,
  type ObjectChange,
  type ProjectDiff,
} from './diff/diff.js';
export { columnText, diffMarkdown, rebuildText } from './diff/diff-text.js';
export { type Artefact, COMPILED_FORMAT, type CompiledColumn } from './emit/artefact.js';
export { stableJson } from './emit/stable-json.js';
export type { ColumnLineage } from './lineage/column-lineage.js';
export {
  downstreamOf,
  type GraphExtras,
  type GraphNode,
  type LineageGraph,
  lineageGraph,
} from './lineage/graph.js';
export { idOf, type Loaded, type ObjectSpec, type Project } from './project.js';
export { reportHtml } from './report/report-html.js';
export { isDefinition, parse } from './stages/parse.js';
export { type Known, validateProject } from './stages/validate-project.js';
