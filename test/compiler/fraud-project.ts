import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atEndOfFile } from '../end-of-file.js';

const FRAUD = join(dirname(fileURLToPath(import.meta.url)), '../../examples/fraud');

/** A copy of the fraud example's definitions, without data, in a folder that is removed after the tests of the file. */
export function fraudProject(): {
  readonly folder: string;
  readonly edit: (file: string, from: string, to: string) => void;
  readonly write: (file: string, text: string) => void;
} {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tessera-compiler-')));
  atEndOfFile(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['sources.ts', 'features'])
    cpSync(join(FRAUD, name), join(folder, name), { recursive: true });
  writeFileSync(
    join(folder, 'tessera.config.ts'),
    "import { defineProject } from '@tessera/api';\nexport default defineProject({ lake: 'data', out: 'out' });\n",
  );
  return {
    folder,
    edit: (file, from, to) => {
      const path = join(folder, file);
      const text = readFileSync(path, 'utf8');
      if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
      writeFileSync(path, text.replace(from, to));
    },
    write: (file, text) => {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    },
  };
}
