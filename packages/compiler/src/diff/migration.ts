import type { Artefact } from '../emit/artefact.js';
import type { ColumnChange } from './diff.js';

/** How readers of what breaks are spared: an alias, a new version beside the old one, a default. */
export function migrationOf({ kind, name }: Artefact, columns: readonly ColumnChange[]): string[] {
  if (kind === 'source') return [];
  const advice = columns.flatMap((change): string[] => {
    const { column, from } = change;
    if (change.kind === 'renamed')
      return [
        `Keep \`${from}\` beside \`${column}\` for a while: derive: { ${quoted(inside(name, from ?? '', kind))}: … }, or name the aggregation with \`as\`.`,
      ];
    if (change.kind === 'removed')
      return [
        `Who reads \`${column}\` gets null by default: keep it, deprecated, until nobody does.`,
      ];
    return [];
  });
  const isMeaning = columns.some(
    (change) =>
      change.class === 'breaking' && (change.kind === 'meaning' || change.kind === 'type'),
  );
  const isKeys = columns.length === 0;
  if (isMeaning || isKeys)
    advice.push(
      `Give the new form a name of its own, \`${nextName(name)}\`, beside \`${name}\`, and move readers one by one.`,
    );
  return advice;
}

/** `user_spend` → `user_spend_v2` → `user_spend_v3`. */
export function nextName(name: string): string {
  const found = /^(.*)_v(\d+)$/.exec(name);
  return found === null ? `${name}_v2` : `${found[1]}_v${Number(found[2]) + 1}`;
}

function inside(name: string, column: string, kind: Artefact['kind']): string {
  return kind === 'groupBy' && column.startsWith(`${name}_`)
    ? column.slice(name.length + 1)
    : column;
}

const quoted = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? name : `'${name}'`);
