import path from 'node:path';

/** The folder the user typed the command in: pnpm runs root scripts elsewhere and says so in INIT_CWD. */
export function workingFolder(env: Readonly<Record<string, string | undefined>>): string {
  const asked = env.INIT_CWD;
  return asked !== undefined && path.isAbsolute(asked) ? asked : process.cwd();
}

/** A path as the user would type it: from `cwd` where that is shorter, else absolute; always `/`. */
export function shownPath(cwd: string, file: string): string {
  const relative = path.relative(cwd, file);
  const shown = relative.length < file.length ? relative || '.' : file;
  return shown.split(path.sep).join('/');
}
