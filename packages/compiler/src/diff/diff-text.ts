import type { ColumnChange, ObjectChange, ProjectDiff } from './diff.js';

/** What a change is in one line: `meaning of user_spend_amount_sum_7d`. */
export function columnText({ kind, column, from, to }: ColumnChange): string {
  switch (kind) {
    case 'added':
      return `+ ${column}`;
    case 'removed':
      return `- ${column}`;
    case 'renamed':
      return `${from} → ${column}`;
    case 'type':
      return `${column}: ${from} → ${to}`;
    case 'meaning':
      return `~ ${column} means something else`;
  }
}

export function rebuildText({ rebuild }: Pick<ObjectChange, 'rebuild'>): string[] {
  const states = Object.values(rebuild.newStates).flat().length;
  const [sets, all] = [rebuild.newSets.length, rebuild.dataset];
  return [
    ...(all ? ['all partitions of its dataset'] : []),
    ...(sets > 0 ? [`tiles of ${sets} new ${sets === 1 ? 'set' : 'sets'}`] : []),
    ...(states > 0 ? [`${states} new ${states === 1 ? 'state' : 'states'} of tiles`] : []),
  ];
}

/** A diff as Markdown for a comment: a table of objects, then what each change is. */
export function diffMarkdown(
  diff: ProjectDiff,
  costs: ReadonlyMap<string, string> = new Map(),
): string {
  if (diff.changes.length === 0) return '### Features: no change\n';
  const head = `### Features: ${diff.class === 'none' ? 'no change of values' : `${diff.class} change`}`;
  const rows = diff.changes.map((change) =>
    [
      `\`${change.name}\` (${change.kind})`,
      `${change.what}, ${mark(change)}`,
      change.version === undefined ? '' : `${change.version.from} → ${change.version.proposed}`,
      change.downstream.map((id) => `\`${id.split(' ').slice(1).join(' ')}\``).join(', '),
      [...rebuildText(change), ...(costs.has(change.id) ? [costs.get(change.id) ?? ''] : [])].join(
        '; ',
      ),
    ].join(' | '),
  );
  const details = diff.changes
    .filter(({ columns, notes, migration }) => columns.length + notes.length + migration.length > 0)
    .map((change) =>
      [
        `<details><summary><code>${escaped(change.name)}</code></summary>`,
        '',
        ...change.columns.map((column) => `- ${column.class}: \`${columnText(column)}\``),
        ...change.notes.map((note) => `- ${note}`),
        ...change.migration.map((advice) => `- 💡 ${advice}`),
        '',
        '</details>',
      ].join('\n'),
    );
  const refused =
    diff.refused.length === 0
      ? []
      : [`**Breaks what is served: ${diff.refused.map((id) => `\`${id}\``).join(', ')}.**`];
  return `${[
    head,
    ...refused,
    [
      '| object | change | version | read by | built again |',
      '|---|---|---|---|---|',
      ...rows.map((row) => `| ${row} |`),
    ].join('\n'),
    ...details,
  ].join('\n\n')}\n`;
}

const mark = ({ class: own }: ObjectChange): string => (own === 'breaking' ? '**breaking**' : own);

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
