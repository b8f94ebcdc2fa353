import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TesseraError } from '@tessera/api';

function git(
  folder: string,
  args: readonly string[],
): { readonly out: Buffer; readonly reason: string | null } {
  const run = spawnSync('git', ['-C', folder, ...args], {
    maxBuffer: 1024 ** 3,
    env: { ...process.env, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' },
  });
  if (run.error !== undefined) return { out: Buffer.alloc(0), reason: run.error.message };
  const said = run.stderr.toString().trim().split('\n')[0] ?? '';
  return { out: run.stdout, reason: run.status === 0 ? null : said };
}

/**
 * Give `use` a temporary folder with a project as it was at a revision; nothing of it stays.
 *
 * Throws   UNKNOWN_REVISION for what git does not know, or where the project was not there yet
 */
export async function atRevision<T>(
  project: string,
  revision: string,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const unknown = (reason: string) => new TesseraError('UNKNOWN_REVISION', { revision, reason });
  const top = git(project, ['rev-parse', '--show-toplevel']);
  if (top.reason !== null) throw unknown(top.reason);
  const root = top.out.toString().trim();
  if (revision.startsWith('-')) throw unknown('it begins with a dash.');
  // In two steps: what is put behind `:/text` would be part of the text.
  const named = git(project, ['rev-parse', '--verify', '--quiet', revision]);
  const commit = git(project, [
    ...['rev-parse', '--verify', '--quiet'],
    `${named.out.toString().trim()}^{commit}`,
  ]);
  if (named.reason !== null || commit.reason !== null) throw unknown('git knows no such revision.');
  const below = path.relative(root, realpathSync(project)).split(path.sep).join('/');
  const archive = git(root, [
    'archive',
    '--format=tar',
    commit.out.toString().trim(),
    ...(below === '' ? [] : ['--', below]),
  ]);
  if (archive.reason !== null) throw unknown(archive.reason);
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'tessera-revision-')));
  try {
    const unpacked = spawnSync('tar', ['-x', '-C', folder], { input: archive.out });
    if (unpacked.status !== 0) throw unknown(unpacked.stderr.toString().trim());
    return await use(path.join(folder, below));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
