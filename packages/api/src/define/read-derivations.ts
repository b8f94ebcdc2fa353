import { z } from 'zod';
import { formatType, parseType } from '../data-type.js';
import { type DerivationOrder, derivationOrder } from '../derivation-order.js';
import type { ColumnSpec, DerivationSpec } from '../spec.js';
import { checkPiece } from './names.js';
import { readComputed } from './read-computed.js';
import type { Report } from './report.js';

export const deriveShape = z.record(z.string(), z.unknown(), {
  error: 'must be an object: name → expression',
});

/** Columns of the row that derivations stand in. */
export interface DerivedRow {
  /** What they may name beside each other. */
  readonly columns: readonly string[];
  /** What they may not, because it lies in the future. */
  readonly labels: readonly string[];
}

/**
 * `derive: { ratio: 'a / b', country: { expression: 'upper(c)', type: 'string' } }` in the order written, names looked up.
 * What could not be read is left out after adding its problems.
 */
export function readDerivations(
  drafts: Readonly<Record<string, unknown>>,
  { columns, labels }: DerivedRow,
  report: Report,
  option: 'derive' | 'select' = 'derive',
): readonly DerivationSpec[] {
  const names = Object.keys(drafts);
  const takenNames = new Map(columns.map((column) => [column.toLowerCase(), column]));
  const known = [...columns, ...names, ...labels].map((name) => ({ name }));
  const read = Object.entries(drafts).flatMap(([name, draft]): DerivationSpec[] => {
    const own = report.inside(option).inside(name);
    checkDerivedName(name, own);
    const taken = takenNames.get(name.toLowerCase());
    if (taken !== undefined) {
      const first = `column \`${taken}\``;
      const second = `${option === 'derive' ? 'derived' : 'selected'} \`${name}\``;
      own.add('DUPLICATE_COLUMN_NAME', { name, first, second }, OWN_NAME);
    }
    const value = readComputed(draft, known, own, (part) =>
      part.op === 'column' && labels.includes(part.column)
        ? {
            reason: `\`${part.column}\` is a label: what it says is not known when features are`,
            advice: 'Only training code may read it.',
            rule: 'DERIVE_READS_LABEL' as const,
          }
        : undefined,
    );
    return taken === undefined && value !== undefined ? [{ name, ...value }] : [];
  });
  const order = derivationOrder(read);
  if (!('cycle' in order)) return read;
  reportCycle(order, report.inside(option));
  return [];
}

const OWN_NAME = 'A derived column stands beside all others: give it a name of its own.';

function reportCycle(order: DerivationOrder & { cycle: readonly string[] }, report: Report): void {
  report.add('DERIVATION_CYCLE', { cycle: order.cycle });
}

/** Names of derived columns are names of columns as they are (S6). */
function checkDerivedName(name: string, report: Report): void {
  checkPiece('name', name, report);
  if (name.startsWith('__')) {
    report.as('RESERVED_NAME').option('name', 'begins with two underscores: such names are ours');
  }
}

interface Offered {
  /** What may be named. */
  readonly columns: readonly string[];
  /** What comes out anyhow. */
  readonly left: readonly string[];
  readonly labels?: readonly string[];
}

/** `only`: each of the names there are, once. */
export function readOnly(
  only: readonly string[],
  { columns, left, labels = [] }: Offered,
  report: Report,
): readonly string[] {
  const seen = new Set<string>();
  if (only.length === 0) report.as('ONLY_EMPTY').option('only', 'needs at least one column');
  for (const name of only) {
    if (seen.has(name)) report.as('ONLY_REPEATED').option('only', `names \`${name}\` twice`);
    seen.add(name);
    if (columns.includes(name)) continue;
    if (left.includes(name)) {
      report
        .as('ONLY_NAMES_KEPT')
        .option('only', `need not name \`${name}\`: columns of the left and keys always stay`);
    } else if (labels.includes(name)) {
      report.as('ONLY_NAMES_KEPT').option('only', `need not name \`${name}\`: labels always stay`);
    } else {
      report.inside('only').add('UNKNOWN_COLUMN', { source: report.at, column: name, columns });
    }
  }
  return only;
}

/** `request: { amount: 'double' }`: left columns, declared again with the same types. */
export function readRequest(
  request: Readonly<Record<string, string>>,
  left: { readonly name: string; readonly columns: readonly ColumnSpec[] },
  report: Report,
): readonly ColumnSpec[] {
  const own = report.inside('request');
  return Object.entries(request).flatMap(([name, written]): ColumnSpec[] => {
    const column = left.columns.find((one) => one.name === name);
    if (column === undefined) {
      const columns = left.columns.map((one) => one.name);
      own.add('UNKNOWN_COLUMN', {
        source: left.name,
        column: name,
        columns,
        advice: 'What a request brings stands as a left column in training.',
      });
      return [];
    }
    const trimmed = written.trim();
    const type = own.attempt(() =>
      parseType(trimmed.endsWith('!') ? trimmed.slice(0, -1) : trimmed),
    );
    if (type === undefined) return [];
    if (formatType(type) === formatType(column.type))
      return [{ name, type, nullable: !trimmed.endsWith('!') }];
    own
      .as('REQUEST_TYPE')
      .option(
        name,
        `is ${formatType(type)} here and ${formatType(column.type)} in ${left.name}: what is served would differ from what was trained on`,
      );
    return [];
  });
}
