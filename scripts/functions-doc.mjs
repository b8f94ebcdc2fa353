// The reference of types, casts and functions of expressions, docs/functions.md, from the registry of @tessera/expr: `node scripts/functions-doc.mjs` prints
// it, with `--write` it is written. What each example gives is evaluated here; a test says when the page is out of date.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseExpression } from '@tessera/api';
import {
  checkExpression,
  EXAMPLE_COLUMNS,
  EXAMPLE_ROW,
  evaluateRow,
  formatValue,
  REGISTRY,
} from '@tessera/expr';

const TITLES = {
  conditional: 'Conditions and nulls',
  maths: 'Maths',
  string: 'Text',
  time: 'Time',
  'list and map': 'Lists and maps',
  hash: 'Hashes',
};

/** What the language is, before its functions. Each line of an example is evaluated: text, then what it gives. */
const CHAPTERS = [
  [
    'Types and nulls',
    `Expressions see columns as \`boolean\`, \`int64\` (also int32 and epoch numbers), \`double\` (also float and decimal, as the nearest double), \`string\`, \`date\`, \`timestamp\` (µs, UTC; also timestamptz and timestamp_ns, floored), and lists and maps of them. Every value may be null; NaN is read as null and -0 as 0. What has no answer is null, never an error: a division by zero, a result that is not finite or beyond int64, a text that is no number. Functions are null when an argument is, unless they say otherwise; logic has three values as in SQL.`,
    ['NULL AND FALSE', 'NULL AND TRUE', '1 / 0', '9223372036854775807 + 1'],
  ],
  [
    'Operators',
    'int64 with int64 is int64, exact; with a double it is double. `/` is always of doubles. `%` has the sign of its left side. `||` joins text and is `concat`. Numbers are compared with numbers (int64 with int64 exactly), text by its UTF-8 bytes, dates and timestamps also with text in ISO form. LIKE takes time linear in text times pattern; there are no regular expressions, on purpose: some take exponential time.',
    [
      '7 / 2',
      '-7 % 3',
      '5.5 % 2',
      '2 + 2 * 2',
      "'a' || 1",
      "'ab' LIKE '_b%'",
      '2 BETWEEN 1 AND 3',
      "CASE WHEN 2 > 1 THEN 'more' ELSE 'less' END",
    ],
  ],
  [
    'Casts',
    'boolean ↔ int64, double; int64 ↔ double (to int64 rounded, halves to the even number); date ↔ timestamp; any of them → string, and a string → any of them. What cannot be converted is null. Numbers as text are as JSON writes them, also `+1`, `.5` and `5.`, without spaces; a double becomes the shortest text that reads back as it. Booleans are `true` and `false` in any case, dates `2024-02-29`, timestamps as they are written in comparisons; as text they have the form shown here, for the years 1 to 9999.',
    [
      'CAST(2.5 AS int64)',
      "CAST('12' AS int64)",
      "CAST('1.5e3' AS double)",
      "CAST(' 1' AS double)",
      'CAST(0.1 AS string)',
      'CAST(1.0 AS string)',
      "CAST('2024-02-30' AS date)",
      "CAST(TIMESTAMP '2024-02-29T10:00:00.5Z' AS string)",
    ],
  ],
];

function given(text) {
  const { typed, problems } = checkExpression(parseExpression(text), EXAMPLE_COLUMNS);
  if (typed === undefined) throw new Error(`${text}: ${JSON.stringify(problems)}`);
  return formatValue(evaluateRow(typed, EXAMPLE_ROW), typed.type);
}

function examples(texts) {
  const width = Math.max(...texts.map((text) => text.length));
  const lines = texts.map((text) => `${text.padEnd(width)}  →  ${given(text)}`);
  return `\`\`\`text\n${lines.join('\n')}\n\`\`\``;
}

/** The whole document as text. */
export function functionsDoc() {
  const entries = [...REGISTRY.values()];
  const parts = [
    '# Functions of expressions',
    '<!-- Made by scripts/functions-doc.mjs from the registry of @tessera/expr. Change the registry, then: node scripts/functions-doc.mjs --write -->',
    `A typed subset of SQL with one meaning everywhere: where a source or an aggregation is filtered, where a column is computed, in DuckDB, in JavaScript, and as Spark SQL. ${entries.length} functions; every example on this page was executed. How expressions are written, and where they stand: [expressions](expressions.md).`,
  ];
  for (const [title, text, texts] of CHAPTERS) parts.push(`## ${title}`, text, examples(texts));
  parts.push(
    '## Functions',
    'A function with ° is evaluated in JavaScript everywhere, DuckDB being asked for its arguments only: libraries round or fold it differently, so it costs some 100 ns a row more in a scan. The others are part of the SQL, and give equal bits in both. In Spark a function with ° may differ in the last bits.',
  );
  for (const [family, title] of Object.entries(TITLES)) {
    parts.push(`### ${title}`);
    if (family === 'list and map') {
      parts.push(
        `Where \`amounts\` is ${shownColumn('amounts')}, \`tags\` is ${shownColumn('tags')} and \`counts\` is ${shownColumn('counts')}.`,
      );
    }
    for (const entry of entries.filter((one) => one.family === family)) {
      const own = entry.pushDown === false ? ' °' : '';
      parts.push(
        `**\`${entry.signature}\`**${own}  \n${entry.summary}`,
        examples(entry.examples.map(({ text }) => text)),
      );
    }
  }
  return `${parts.join('\n\n')}\n`;
}

function shownColumn(name) {
  const { type } = EXAMPLE_COLUMNS.find((column) => column.name === name);
  return `\`${formatValue(EXAMPLE_ROW[name], type)}\``;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = functionsDoc();
  if (process.argv.includes('--write'))
    writeFileSync(new URL('../docs/functions.md', import.meta.url), text);
  else process.stdout.write(text);
}
