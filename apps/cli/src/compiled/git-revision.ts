import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isTesseraError, TesseraError } from '@tessera/api';

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

const REVISION = ['rev-parse', '--verify', '--quiet'] as const;

/** A commit's id; null for what git does not know. In two steps: what is put behind `:/text` would be part of the text. */
function commitOf(project: string, revision: string): string | null {
  if (revision === '' || revision.startsWith('-')) return null;
  const named = git(project, [...REVISION, revision]);
  if (named.reason !== null) return null;
  const commit = git(project, [...REVISION, `${named.out.toString().trim()}^{commit}`]);
  return commit.reason === null ? commit.out.toString().trim() : null;
}

/** Whether git knows a revision of the repository that a project is in. */
export function isRevision(project: string, revision: string): boolean {
  return commitOf(project, revision) !== null;
}

/**
 * Give `use` a temporary folder with a project as it was at a revision; nothing of it stays. Packages are those that are
 * installed now. The rest of the repository is only there where `use` fails without it: definitions may import from it.
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
  const commit = commitOf(project, revision);
  if (commit === null) throw unknown('git knows no such revision.');
  const below = path.relative(root, realpathSync(project)).split(path.sep).join('/');
  const unpackedInto = async (paths: readonly string[]): Promise<T> => {
    const archive = git(root, ['archive', '--format=tar', commit, ...paths]);
    if (archive.reason !== null) throw unknown(archive.reason);
    const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'tessera-revision-')));
    try {
      const unpacked = spawnSync('tar', ['-x', '-C', folder], { input: archive.out });
      if (unpacked.status !== 0) throw unknown(unpacked.stderr.toString().trim());
      for (const part of new Set(['', below]))
        linkPackages(path.join(root, part), path.join(folder, part));
      return await use(path.join(folder, below));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  if (below === '') return unpackedInto([]);
  try {
    return await unpackedInto(['--', below]);
  } catch (error) {
    if (!isModuleMissing(error)) throw error;
    return unpackedInto([]);
  }
}

const isModuleMissing = (error: unknown): boolean =>
  isTesseraError(error) &&
  error.problems.some(({ message }) => message.includes('Cannot find module'));

/** Packages are not in git. */
function linkPackages(from: string, to: string): void {
  const [there, here] = [path.join(from, 'node_modules'), path.join(to, 'node_modules')];
  if (existsSync(there) && existsSync(to) && !existsSync(here))
    symlinkSync(there, here, 'junction');
}
