import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A fenced block of a document: ```` ```ts file=a.ts run ```` has language `ts` and attributes `file`, `run`. */
export interface Block {
  readonly doc: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  readonly language: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly text: string;
}

export function readDoc(doc: string): string {
  return readFileSync(join(ROOT, doc), 'utf8');
}

export function blocksOf(doc: string): Block[] {
  const blocks: Block[] = [];
  let open: { line: number; info: string; body: string[] } | null = null;
  for (const [idx, line] of readDoc(doc).split('\n').entries()) {
    if (open === null) {
      if (line.startsWith('```')) open = { line: idx + 1, info: line.slice(3).trim(), body: [] };
      continue;
    }
    if (line !== '```') {
      open.body.push(line);
      continue;
    }
    const [language = '', ...words] = open.info.split(/\s+/);
    const pairs = words.map((word): [string, string] => {
      const at = word.indexOf('=');
      return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)];
    });
    const text = open.body.join('\n');
    blocks.push({ doc, line: open.line, language, attributes: new Map(pairs), text });
    open = null;
  }
  if (open !== null) throw new Error(`${doc}:${open.line}: the block does not end`);
  return blocks;
}

/** Every document of the repository, as paths below its root. */
export function allDocs(): string[] {
  const found: string[] = [];
  const visit = (folder: string) => {
    for (const name of readdirSync(folder)) {
      if (name.startsWith('.') || ['node_modules', 'dist', 'data', 'out', 'demo'].includes(name)) {
        continue;
      }
      const path = join(folder, name);
      if (statSync(path).isDirectory()) visit(path);
      else if (name.endsWith('.md')) found.push(relative(ROOT, path));
    }
  };
  visit(ROOT);
  return found.sort();
}

/** The commands of a shell block: `a && b` are two; comments are left out. */
export function commandsOf(text: string): string[][] {
  return text
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
    .flatMap((line) => line.split('&&'))
    .map((command) => command.trim().split(/\s+/));
}

/** Rows of the tables of a text, as trimmed cells; headers and rules left out. `\|` is a `|`. */
export function tableRows(text: string): string[][] {
  const lines = text.split('\n');
  return lines.flatMap((line, idx) => {
    const isRule = (other: string | undefined) => /^\|[\s|:-]+\|$/.test(other ?? '');
    if (!line.startsWith('|') || isRule(line) || isRule(lines[idx + 1])) return [];
    const cells = line.slice(1, -1).split(/(?<!\\)\|/);
    return [cells.map((cell) => cell.trim().replaceAll('\\|', '|'))];
  });
}

/** The part of a document below a heading, up to the next one of its level or above. */
export function section(text: string, heading: string): string {
  const lines = text.split('\n');
  const start = lines.findIndex(
    (line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading,
  );
  if (start < 0) throw new Error(`no heading "${heading}"`);
  const level = /^#+/.exec(lines[start]!)![0].length;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => (/^#+(?= )/.exec(line)?.[0].length ?? 99) <= level);
  return rest.slice(0, end < 0 ? rest.length : end).join('\n');
}
