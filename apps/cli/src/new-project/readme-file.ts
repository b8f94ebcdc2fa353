import { sizeText } from '../describe/source-text.js';
import type { Recent } from './definition-files.js';
import type { ProjectDesign } from './design.js';
import type { Home } from './types-home.js';

export interface ReadmeFacts {
  readonly title: string;
  readonly lake: string;
  readonly design: ProjectDesign;
  readonly recent: Recent | null;
  readonly home: Home;
}

/** How to go on. Every command is run in the project's folder. */
export function readmeText({ title, lake, design, recent, home }: ReadmeFacts): string {
  const { join, tables, key } = design;
  const install = home.kind === 'installed' ? ['npm install', ''] : [];
  const rows = tables.map(
    ({ constant, suggestion, table }) =>
      `| \`${constant}\` | ${suggestion.kind} | ${sizeText(table)} |`,
  );
  return [
    `# ${title}`,
    '',
    `Features over the tables in \`${lake}\`. Written by \`tessera init\`; everything here is yours to change.`,
    '',
    '```sh',
    ...install.slice(0, 1),
    'npm run train-set               # the training set, into out/',
    `npm run show -- ${join.name}   # look at it`,
    'npm test                        # the feature tests',
    '```',
    '',
    '| source | kind | data |',
    '| --- | --- | --- |',
    ...rows,
    '',
    '- `features/sources.ts`: what is in the data. Declare only the columns you use.',
    `- \`features/training.ts\`: features per \`${key.name}\`, and the join \`${join.name}\` that asks for them.`,
    '- `test/training.test.ts`: what they mean, as a table.',
    '- `tessera.config.ts`: where data comes from and goes to.',
    ...(recent === null ? [] : ['', recent.note]),
    '',
    'Read the result with anything that reads Parquet:',
    '',
    '```sql',
    `SELECT * FROM read_parquet('out/train-sets/${join.name}/ds=*/*.parquet', hive_partitioning = true) LIMIT 10;`,
    '```',
    '',
  ].join('\n');
}
