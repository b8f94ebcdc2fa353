// docs/rules.md from the table of rules of @tessera/validators: `node scripts/rules-doc.mjs` prints it, `--write` replaces the
// file. Tests execute both examples of every rule.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DEFAULT_LIMITS, EXAMPLE_PRELUDE, LAYERS, RULES } from '@tessera/validators';

const ABOUT = {
  schema: 'Names, types, options: each definition on its own.',
  consistency:
    'Definitions against each other: keys, kinds of source, what is served, what has no effect.',
  dependency: 'Files, and who needs whom.',
  leakage: 'What a model would know in training and never when it is asked.',
  performance: 'What is legal and costs more than one would think.',
  backfill:
    'The lake against what is asked of it: files, schemas, days. Only where there is a lake.',
};

/** The whole document as text. */
export function rulesDoc() {
  const parts = [
    '# Rules',
    '<!-- Made by scripts/rules-doc.mjs from RULES of @tessera/validators. Change the table, then: node scripts/rules-doc.mjs --write -->',
    `\`tessera validate\` holds definitions, and the lake where there is one, against ${RULES.length} rules and tells everything that is wrong, layer by layer; \`train-set\` and \`backfill\` do the same to what they are asked for and stop at errors. With \`--strict\` warnings are errors. Where a rule is also the code of an error, [errors](errors.md) shows how it reads.`,
    table(['layer', 'rules', 'errors', 'about'], LAYERS.map(layerRow)),
    `Every rule has an example that breaks it and one that keeps it; both are executed in tests. They are written over everything of \`@tessera/api\` and these definitions:`,
    `\`\`\`js\n${EXAMPLE_PRELUDE.trim()}\n\`\`\``,
    `Limits of the performance rules: ${Object.entries(DEFAULT_LIMITS)
      .map(([name, value]) => `\`${name}\` ${value.toLocaleString('en-US')}`)
      .join(', ')}.`,
  ];
  for (const layer of LAYERS) {
    parts.push(`## ${layer}`, ABOUT[layer]);
    for (const rule of RULES.filter((one) => one.layer === layer)) {
      parts.push(
        `### ${rule.id}`,
        `${rule.severity}${rule.needsFacts ? ', where the lake is known' : ''} — ${rule.summary}`,
        `Breaks it, and keeps it:`,
        `\`\`\`js\n${rule.example.fires}\n\n${rule.example.passes}\n\`\`\``,
        rule.hint,
      );
    }
  }
  return `${parts.join('\n\n')}\n`;
}

function layerRow(layer) {
  const own = RULES.filter((rule) => rule.layer === layer);
  const errors = own.filter(({ severity }) => severity === 'error').length;
  return [`[${layer}](#${layer})`, String(own.length), String(errors), ABOUT[layer]];
}

function table(head, rows) {
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map((row) => row[at].length)));
  const line = (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = rulesDoc();
  if (process.argv.includes('--write'))
    writeFileSync(new URL('../docs/rules.md', import.meta.url), text);
  else process.stdout.write(text);
}
