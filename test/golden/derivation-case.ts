import {
  type ColumnTypeText,
  entities,
  events,
  type JoinSpec,
  join,
  parseExpression,
  part,
  renameColumns,
} from '@tessera/api';
import type { GoldenRow } from './chronon-spec.js';

/** A derivation case of Chronon: base columns are features, so here they are passed through from entities called `b`. */
export interface DerivationConfig {
  readonly derivations: readonly { readonly name: string; readonly expression: string }[];
  readonly key_and_left_columns: readonly string[];
}

const typeOf = (name: string, value: unknown): ColumnTypeText => {
  if (name === 'ts') return 'epoch_ms';
  if (typeof value === 'string') return 'string';
  return Number.isInteger(value) ? 'int64' : 'double';
};

const types = (names: readonly string[], row: GoldenRow): Record<string, ColumnTypeText> =>
  Object.fromEntries(names.map((name) => [name, typeOf(name, row[name])]));

/**
 * `*` keeps base columns that are not renamed; without it only what is named stays (S7's `only`).
 *
 * Returns  the join, and the name of each expected column in it
 */
export function derivationCase(
  { derivations, key_and_left_columns }: DerivationConfig,
  base: GoldenRow,
  expected: GoldenRow,
): { spec: JoinSpec; nameOf: (name: string) => string } {
  const left = key_and_left_columns.filter((name) => name !== 'ds');
  const features = Object.keys(base).filter((name) => !key_and_left_columns.includes(name));
  const own = derivations.filter(({ name }) => name !== '*');
  const renamed = new Set(own.map(({ expression }) => expression));
  const star = derivations.some(({ name }) => name === '*');
  const inJoin = (name: string) => (features.includes(name) ? `b_${name}` : name);
  const spec = join({
    name: 'derived',
    left: events({
      name: 'left',
      path: 'left',
      columns: types(left, base),
      time: 'ts',
      allowPre1970: true,
    }),
    parts: [
      part(
        entities({
          name: 'b',
          path: 'b',
          keys: ['request_id'],
          static: true,
          columns: { request_id: 'string', ...types(features, base) },
        }),
      ),
    ],
    derive: Object.fromEntries(
      own.map(({ name, expression }) => {
        const tree = renameColumns(parseExpression(expression), inJoin);
        const type = typeof expected[name] === 'string' ? 'string' : 'double';
        return [name, { expression: tree, type }];
      }),
    ),
    only: [
      ...(star ? features.filter((name) => !renamed.has(name)).map(inJoin) : []),
      ...own.map(({ name }) => name),
    ],
  });
  return { spec, nameOf: inJoin };
}
