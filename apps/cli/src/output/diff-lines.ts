import { columnText, type ObjectChange, type ProjectDiff, rebuildText } from '@tessera/compiler';
import { paint, type Style } from './style.js';

const COLOURS = { none: 'dim', additive: 'green', widening: 'yellow', breaking: 'red' } as const;

/** Every changed object with its columns, who reads it, what is built again, and what to do. */
export function diffLines(
  diff: ProjectDiff,
  costs: ReadonlyMap<string, string>,
  style: Style,
): string[] {
  if (diff.changes.length === 0) return ['no change'];
  return [
    ...diff.changes.flatMap((change) => changeLines(change, costs.get(change.id), style)),
    '',
    `${diff.changes.length} ${diff.changes.length === 1 ? 'object' : 'objects'} changed: ${paint(style, COLOURS[diff.class], diff.class)}`,
  ];
}

function changeLines(change: ObjectChange, cost: string | undefined, style: Style): string[] {
  const { version, downstream, columns, notes, migration } = change;
  const versions = version === undefined ? '' : `  ${version.from} → ${version.proposed}`;
  const rebuilt = rebuildText(change);
  const names = downstream.map((id) => id.slice(id.indexOf(' ') + 1));
  return [
    `${paint(style, 'bold', change.name)}  ${change.kind} ${change.what}: ${paint(style, COLOURS[change.class], change.class)}${versions}`,
    ...columns.map((column) => `  ${columnText(column)}  (${column.class})`),
    ...notes.map((note) => `  ${note}`),
    ...(names.length > 0 ? [`  read by      ${names.join(', ')}`] : []),
    ...(rebuilt.length > 0 ? [`  built again  ${rebuilt.join('; ')}`] : []),
    ...(cost === undefined ? [] : [`  cost         ${cost}`]),
    ...migration.map((advice) => `  advice       ${advice}`),
  ];
}
