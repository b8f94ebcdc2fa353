import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { allDocs, blocksOf, commandsOf, ROOT, readDoc } from './markdown.js';
import { scriptArguments } from './snippets.js';

const docs = allDocs();
const scripts = (
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  }
).scripts;
const bench = readFileSync(join(ROOT, 'apps/bench/src/options.ts'), 'utf8');

const helps = new Map<string, string>();
function help(command: string): string {
  const known = helps.get(command);
  if (known !== undefined) return known;
  const args = [join(ROOT, 'apps/cli/bin/tessera.cjs'), command, '--help'];
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  helps.set(command, stdout);
  return stdout;
}

/** What is wrong with a command, or null. */
function problem([program = '', ...words]: readonly string[]): string | null {
  if (/^[A-Z_]+=/.test(program)) return problem(words);
  if (program === 'node')
    return existsSync(join(ROOT, words[0] ?? '')) ? null : `no file ${words[0]}`;
  if (program === 'npm')
    return words.join(' ') === 'i -g pnpm' ? null : 'npm installs pnpm and nothing else';
  if (program === 'mkdir') return null;
  if (program !== 'pnpm') return `unknown program ${program}`;
  const [script = '', ...rest] = words;
  if (script === 'install' || script === 'exec') return null;
  if (scripts[script] === undefined) return `no script ${script}`;
  const options = rest.flatMap((word) => /^--([a-z-]+)/.exec(word)?.[1] ?? []);
  if (script === 'bench') {
    const unknown = options.find(
      (option) => !new RegExp(`\\b'?${option}'?: \\{ type:`).test(bench),
    );
    return unknown === undefined ? null : `bench has no --${unknown}`;
  }
  const given = scriptArguments(script);
  if (given === null) return options.length === 0 ? null : `${script} takes no options`;
  const command = given[0] ?? rest[0] ?? '';
  if (!help('').includes(`  ${command} `)) return `no command ${command}`;
  const unknown = options.find((option) => !new RegExp(`--${option}\\b`).test(help(command)));
  return unknown === undefined ? null : `${command} has no --${unknown}`;
}

describe('documents', () => {
  test.each(docs)('%s: commands exist, with their options', (doc) => {
    const problems = blocksOf(doc)
      .filter(({ language }) => language === 'sh')
      .flatMap(({ line, text }) =>
        commandsOf(text).flatMap((command) => {
          const found = problem(command);
          return found === null ? [] : [`${doc}:${line}: ${command.join(' ')}: ${found}`];
        }),
      );
    expect(problems).toEqual([]);
  });

  test('a command that does not exist is found', () => {
    expect(problem(['pnpm', 'train-sets'])).toBe('no script train-sets');
    expect(problem(['pnpm', 'train-set', '--joins=x'])).toBe('train-set has no --joins');
    expect(problem(['pnpm', 'tessera', 'uploads'])).toBe('no command uploads');
    expect(problem(['pnpm', 'bench', 'standard', '--size', '1'])).toBe('bench has no --size');
  });

  test.each(docs)('%s: links lead somewhere', (doc) => {
    const text = readDoc(doc).replace(/```[\s\S]*?\n```/g, '');
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
    const local = links
      .filter((link) => !/^[a-z]+:/.test(link))
      .map((link) => link.replace(/#.*$/, ''));
    const broken = local.filter(
      (link) => link !== '' && !existsSync(resolve(ROOT, dirname(doc), link)),
    );
    expect(broken).toEqual([]);
  });
});
