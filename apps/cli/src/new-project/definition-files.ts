import type { LookedAt } from '../describe/look.js';
import type { RecentRows } from '../describe/source-text.js';
import { sourceText, unusableText } from '../describe/source-text.js';
import { tsString } from '../describe/ts-text.js';
import type { ProjectDesign } from './design.js';

export interface Recent extends RecentRows {
  readonly first: string;
}

/** `features/sources.ts`: every table, those that are no source as a comment. */
export function sourcesText(
  design: ProjectDesign,
  others: readonly LookedAt[],
  { recent, pathOf }: { readonly recent: Recent | null; readonly pathOf: (file: string) => string },
): string {
  const texts = design.tables.map((named) =>
    sourceText({
      ...named,
      kind: named.suggestion.kind,
      path: pathOf(named.table.path),
      ...(recent !== null && named === design.events && { recent }),
    }),
  );
  const unusable = others.map(({ table, suggestion }) =>
    unusableText({
      table,
      suggestion,
      kind: suggestion.kind,
      name: table.name,
      path: pathOf(table.path),
    }),
  );
  const kinds = [...new Set(design.tables.map(({ suggestion }) => suggestion.kind))].sort();
  return `${[`import { ${kinds.join(', ')} } from '@tessera/api';`, ...texts, ...unusable].join('\n\n')}\n`;
}

/** The one groupBy and the one join. */
export function featuresText(design: ProjectDesign, recent: Recent | null): string {
  const { events, key, amount, category, groupBy, join, entities } = design;
  const left = recent === null ? events.constant : recent.constant;
  const aggregations = [
    `    count({ windows: ['1d', '7d', '30d'] }),`,
    ...(amount === null
      ? []
      : [
          `    sum(${tsString(amount.name)}, { windows: ['7d', '30d'] }),`,
          `    average(${tsString(amount.name)}, { windows: ['7d', '30d'] }),`,
        ]),
    ...(category === null
      ? []
      : [`    approxUniqueCount(${tsString(category.name)}, { windows: ['30d'] }),`]),
  ];
  const functions = [
    ...(category === null ? [] : ['approxUniqueCount']),
    ...(amount === null ? [] : ['average']),
    'count',
    'type FeatureRow',
    'groupBy',
    'join',
    'part',
    ...(amount === null ? [] : ['sum']),
  ];
  const sources = [
    ...new Set([left, events.constant, ...entities.map(({ constant }) => constant)]),
  ];
  const parts = [
    `    part(${groupBy.constant}),`,
    ...entities.map(({ constant, suggestion }) =>
      suggestion.isStatic
        ? `    part(${constant}),`
        : `    part(${constant}, { missing: 'null' }), // yesterday's dump; null where there is none`,
    ),
  ];
  return [
    ...importLines(functions, '@tessera/api'),
    ...importLines(sources.sort(), './sources.js'),
    '',
    `/** What came before, per ${key.name.replaceAll('*/', '* /')}. An event never counts for its own row. */`,
    `export const ${groupBy.constant} = groupBy({`,
    `  name: ${tsString(groupBy.name)},`,
    `  source: ${events.constant},`,
    `  keys: [${tsString(key.name)}],`,
    '  aggregations: [',
    ...aggregations,
    '  ],',
    '});',
    '',
    '/** One training row per row of its left, with the features known just before it. */',
    `export const ${join.constant} = join({`,
    `  name: ${tsString(join.name)},`,
    `  left: ${left},`,
    '  parts: [',
    ...parts,
    '  ],',
    '});',
    '',
    `export type Row = FeatureRow<typeof ${join.constant}>;`,
    '',
  ].join('\n');
}

const MAX_LINE = 100;

function importLines(names: readonly string[], from: string): string[] {
  const line = `import { ${names.join(', ')} } from '${from}';`;
  if (line.length <= MAX_LINE) return [line];
  return ['import {', ...names.map((name) => `  ${name},`), `} from '${from}';`];
}
