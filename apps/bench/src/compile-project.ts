import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How large a project of definitions is. */
export interface CompileSize {
  readonly groupBys: number;
  readonly joins: number;
  readonly sources: number;
}

export const COMPILE_SIZE: CompileSize = { groupBys: 1000, joins: 100, sources: 20 };

/** From a definition file to the folder of the project. */
const UP = '../..';
/** Parts of a join. */
const PARTS = 10;
const KEYS = ['user_id', 'merchant_id', 'device_id'] as const;

const CONFIG = `import { defineProject } from '@tessera/api';

export default defineProject({ name: 'large', lake: 'data', out: 'out', features: 'features' });
`;

const sourceText = (at: number) => `import { events } from '@tessera/api';

export const source${at} = events({
  name: 'tables.source_${at}',
  path: 'source_${at}',
  columns: {
    id: 'string!',
    user_id: 'string',
    merchant_id: 'string',
    device_id: 'string',
    amount: 'double',
    price: 'decimal(18,2)',
    quantity: 'int64',
    weight: 'double',
    channel: 'string',
    country: 'string',
    is_return: 'boolean',
    ts: 'timestamp',
  },
  time: 'ts',
  tieBreaker: 'id',
});
`;

/** Eleven columns over a few windows, with conditions and a bucket: what people write. */
const groupByText = (
  at: number,
  sources: number,
) => `import { average, count, groupBy, last, max, sum } from '@tessera/api';
import { source${at % sources} } from '${UP}/sources/source-${at % sources}.js';

export const features${at} = groupBy({
  name: 'features_${at}',
  owner: 'team-${at % 7}',
  description: 'What ${KEYS[at % KEYS.length]} did lately, number ${at}.',
  source: source${at % sources},
  keys: ['${KEYS[at % KEYS.length]}'],
  aggregations: [
    count({ windows: ['1h', '1d', '7d'] }),
    sum('amount', { windows: ['1d', '${7 + (at % 20)}d'] }),
    average('amount', { windows: ['7d', '30d'], where: "channel = 'web' AND quantity > ${at % 5}", as: 'web' }),
    max('price', { windows: ['${1 + (at % 29)}d'] }),
    sum('quantity', { windows: ['30d'], by: 'country' }),
    last('device_id'),
  ],
  derive: { share_${at}: 'amount_sum_1d / web_7d' },
});
`;

function joinText(at: number, { groupBys, sources }: CompileSize): string {
  // Neighbours in a join share few of their files, as those of different teams do.
  const parts = Array.from({ length: PARTS }, (_, idx) => (at * PARTS + idx * 37) % groupBys);
  const own = [...new Set(parts)];
  const imports = own.map(
    (idx) => `import { features${idx} } from '../group-bys-${idx % 10}/features-${idx}.js';\n`,
  );
  const lag = (idx: number) => (idx % 4 === 3 ? ", { lag: '1d' }" : '');
  return `import { join, part } from '@tessera/api';
import { source${at % sources} } from '${UP}/sources/source-${at % sources}.js';
${imports.join('')}
export const training${at} = join({
  name: 'training_${at}',
  left: source${at % sources},
  parts: [
${own.map((idx, place) => `    part(features${idx}${lag(place)}),\n`).join('')}  ],
  derive: { above_${at}: 'amount - coalesce(features_${own[0]}_web_30d, 0)' },
});
`;
}

/** Write a project, a file per object, as teams keep them; the same text every time. */
export function writeCompileProject(folder: string, size: CompileSize): void {
  const write = (place: readonly string[], text: string) => {
    mkdirSync(join(folder, ...place.slice(0, -1)), { recursive: true });
    writeFileSync(join(folder, ...place), text);
  };
  write(['tessera.config.ts'], CONFIG);
  for (let at = 0; at < size.sources; at++) write(['sources', `source-${at}.ts`], sourceText(at));
  for (let at = 0; at < size.groupBys; at++)
    write(['features', `group-bys-${at % 10}`, `features-${at}.ts`], groupByText(at, size.sources));
  for (let at = 0; at < size.joins; at++)
    write(['features', 'joins', `training-${at}.ts`], joinText(at, size));
}
