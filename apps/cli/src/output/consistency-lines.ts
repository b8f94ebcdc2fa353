import type { ConsistencyReport, Difference, Example } from '@tessera/consistency';
import { formatAmount, formatCount, formatElapsed } from './numbers.js';
import { doneLine, INDENT, noteLine, paint, type Style, stepLine } from './style.js';
import { instantText } from './upload-lines.js';
import { jsonValue } from './value-text.js';

const WORDS: Readonly<Record<Difference, string>> = {
  mismatch: 'differ, and nothing explains it',
  error: 'were not answered',
  arrived_since: 'differ because data before the as-of instant arrived after the upload',
  after_upload: 'differ because events after the as-of instant are not uploaded yet',
};

/** What was compared, and what of it is equal. */
export function consistencyLines(report: ConsistencyReport, store: string, style: Style): string[] {
  const { unit, version, asOfMs, isTrial, rows, cells, filled, equal, differences } = report;
  const bad = differences.mismatch + differences.error;
  const share = cells === 0 ? '0' : ((100 * filled) / cells).toFixed(1);
  const compared = `${formatCount(cells)} cells of ${formatAmount(rows, 'row')}, ${share} % not null`;
  const took = formatElapsed(report.elapsedMs);
  const where = isTrial ? 'an upload made for it' : `${store} ${version}`;
  return [
    bad === 0
      ? doneLine(style, 'consistent', `${unit}: ${compared}   0 mismatches   ${took}`)
      : `${paint(style, 'red', 'x')} ${'inconsistent'.padEnd(17)}${unit}: ${compared}   ${formatAmount(bad, 'mismatch', 'mismatches')}   ${took}`,
    stepLine('compared with', `${where}, as of ${instantText(asOfMs)}`),
    stepLine('equal', formatCount(equal)),
    ...(['mismatch', 'error', 'arrived_since', 'after_upload'] as const)
      .filter((kind) => differences[kind] > 0)
      .map((kind) =>
        (kind === 'mismatch' || kind === 'error' ? noteLine : stepLineOf)(
          style,
          formatCount(differences[kind]),
          WORDS[kind],
        ),
      ),
    ...(report.stale > 0
      ? [
          stepLine(
            formatCount(report.stale),
            'are of instants that their part does not answer any more',
          ),
        ]
      : []),
    ...(report.unserved.length > 0
      ? [noteLine(style, 'not online', `${report.unserved.join(', ')}: not compared`)]
      : []),
    ...report.examples.flatMap((example) => exampleLines(example)),
  ];
}

const stepLineOf = (_: Style, label: string, detail: string) => stepLine(label, detail);

function exampleLines({
  difference,
  column,
  keys,
  atMs,
  served,
  trained,
  trainedAsOf,
  error,
  explained,
}: Example): string[] {
  const text = (value: unknown) => JSON.stringify(value, jsonValue) ?? 'null';
  const key = Object.entries(keys)
    .map(([name, value]) => `${name}=${text(value)}`)
    .join(' ');
  return [
    '',
    `${INDENT}${column}   ${key} at ${instantText(atMs)}   ${difference.replace('_', ' ')}`,
    `${INDENT}  served ${text(served)}   trained ${text(trained)}${
      trainedAsOf === undefined ? '' : `, over the events of the upload ${text(trainedAsOf)}`
    }${error === undefined ? '' : `   ${error}`}`,
    ...(explained === undefined
      ? []
      : [
          `${INDENT}  served from ${explained.served?.pieces.length ?? 0} pieces, trained on ${
            explained.trained?.pieces.count ?? 0
          } events and tiles (\`tessera fetch --explain\`, \`tessera explain\`)`,
        ]),
  ];
}
