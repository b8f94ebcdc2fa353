import type { ErrorCode } from './errors.js';

/**
 * What exactly is wrong with a definition, where an error code says only what kind of thing it is: the check that found it.
 * A problem without one of these is known by its code.
 */
export const DEFINITION_RULES = [
  'UNKNOWN_OPTION',
  'MISSING_OPTION',
  'RESERVED_NAME',
  'COLUMN_NAME_CASE',
  'COLUMNS_EMPTY',
  'NOT_SCALAR',
  'KEYS_EMPTY',
  'KEYS_REPEATED',
  'TIME_TYPE',
  'UNREADABLE_COLUMN',
  'EVENTS_PASSED_THROUGH',
  'NOT_AN_AGGREGATION',
  'INPUT_MISSING',
  'AS_MISSING',
  'WEIGHT_TYPE',
  'WINDOW_BELOW_HOP',
  'WINDOW_WITHOUT_TIME',
  'PERCENTILE_RANGE',
  'PERCENTILE_FRACTION',
  'PERCENTILE_REPEATED',
  'NOT_A_PART',
  'PARTS_EMPTY',
  'SQL_COMPUTES_COLUMN',
  'ONLY_EMPTY',
  'ONLY_REPEATED',
  'ONLY_NAMES_KEPT',
  'NOT_A_LABEL',
  'LABEL_OPTION',
  'LABEL_AS_OF',
  'ENTITIES_ACCURACY',
  'ONLINE_SQL',
  'ONLINE_EXACT_TAIL',
  'ONLINE_PART_OFFLINE',
  'LEFT_STATIC',
  'LEFT_LACKS_KEY',
  'KEY_MAPPED_TWICE',
  'INCLUSIVE_SNAPSHOT',
  'MISSING_OVER_EVENTS',
  'REQUEST_TYPE',
  'LABEL_NEEDS_SOURCE',
  'AHEAD_AMONG_FEATURES',
  'DERIVE_READS_LABEL',
  'EXPRESSION_TYPE',
] as const;

/** The check that found a problem: one of these, or what its code says. */
export type DefinitionRule = (typeof DEFINITION_RULES)[number] | ErrorCode;
