import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as api from '@tessera/api';
import * as testing from '@tessera/testing';
import { createJiti } from 'jiti';

/**
 * The process behind `tessera test`: loads the test files named after the project's folder. They register their tests with
 * `node:test`, which runs and reports them and sets the exit code.
 */
const [folder = '.', ...files] = process.argv.slice(2);
const jiti = createJiti(pathToFileURL(path.join(folder, 'tessera.config.ts')).href, {
  fsCache: false,
  virtualModules: { '@tessera/api': api, '@tessera/testing': testing },
});
for (const file of files) await jiti.import(file);
