export type { Validated } from './context.js';
export { datasetOf } from './dependency/graph.js';
export { EXAMPLE_PRELUDE } from './example-prelude.js';
export {
  DEFAULT_LIMITS,
  type Limits,
  type ProjectFacts,
  type RunFacts,
  type SourceFacts,
} from './facts.js';
export {
  type Example,
  type Finding,
  type Found,
  LAYERS,
  type Layer,
  type Rule,
  type Severity,
} from './rule.js';
export { RULES } from './rules.js';
export { type ValidateOptions, validate } from './validate.js';
