import { FILE_RULES } from './backfill/files.js';
import { RANGE_RULES } from './backfill/range.js';
import { TOLD_CONSISTENCY_RULES } from './consistency/joins.js';
import { EFFECT_RULES } from './consistency/options.js';
import { REPEATED_RULES } from './consistency/repeated.js';
import { SERVING_RULES } from './consistency/serving.js';
import { DEFINITION_FILE_RULES } from './dependency/definitions.js';
import { GRAPH_RULES } from './dependency/graph.js';
import { LEAKAGE_RULES } from './leakage/rules.js';
import { PERFORMANCE_RULES } from './performance/rules.js';
import type { Rule } from './rule.js';
import { AGGREGATION_RULES } from './schema/aggregations.js';
import { COLUMN_RULES } from './schema/columns.js';
import { JOIN_RULES } from './schema/joins.js';
import { OPTION_RULES } from './schema/options.js';

/** Every rule there is, by layer. */
export const RULES: readonly Rule[] = [
  ...OPTION_RULES,
  ...COLUMN_RULES,
  ...AGGREGATION_RULES,
  ...JOIN_RULES,
  ...TOLD_CONSISTENCY_RULES,
  ...SERVING_RULES,
  ...EFFECT_RULES,
  ...REPEATED_RULES,
  ...DEFINITION_FILE_RULES,
  ...GRAPH_RULES,
  ...LEAKAGE_RULES,
  ...PERFORMANCE_RULES,
  ...FILE_RULES,
  ...RANGE_RULES,
];
