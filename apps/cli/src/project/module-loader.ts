import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as api from '@tessera/api';
import { hash128 } from '@tessera/api';
import { createJiti } from 'jiti';
import type { LoadWatch } from '../load-watch.js';
import { plainTransform } from './plain-transform.js';
import { type TransformedFiles, transformedFiles } from './transformed-files.js';

/** Loads a user's TypeScript or JavaScript file and returns its exports. */
export interface ModuleLoader {
  (file: string): Promise<Readonly<Record<string, unknown>>>;
  /**
   * Files that were loaded, those that others imported too, packages not among them; with a hash of the text that was loaded,
   * where it was not Node that read it.
   */
  readonly loaded: () => ReadonlyMap<string, string | null>;
  /** Keep what files became for the next time. */
  readonly save: () => void;
}

/** Less than the watch's limit, so that what can be reported in order is. */
const AWAIT_LIMIT_MS = 20_000;

/** Files that loaders of this process have read: they share Node's cache of modules. */
const transformedEver = new Set<string>();

/**
 * A loader for one project folder. `@tessera/api` is always this process's own instance, whether or not the project
 * has one installed: definitions and errors made by another copy would not be recognised. Files are read as they are now.
 */
export function createModuleLoader(
  projectFolder: string,
  watch: LoadWatch,
  transformed: TransformedFiles = transformedFiles(projectFolder),
): ModuleLoader {
  const from = pathToFileURL(path.join(projectFolder, 'tessera.config.ts')).href;
  const hashes = new Map<string, string>();
  const compiler = createJiti(from, { fsCache: false });
  const isTypeScript = renamedFiles();
  const jiti = createJiti(from, {
    fsCache: false,
    virtualModules: withLoaded({ '@tessera/api': api }, (file) => loadedModule(file)),
    transform: ({ source: text, ...options }) => {
      const { filename = '', ts = false, async = false } = options;
      hashes.set(filename, hash128(text));
      transformedEver.add(filename);
      const source = withTypeScript(text, filename, isTypeScript);
      const code = transformed.code(
        JSON.stringify([path.extname(filename), ts, async, source]),
        () =>
          (ts && async ? plainTransform(source, filename) : null) ??
          compiler.transform({ ...options, source }),
      );
      return { code: byPlace(code, filename, (file) => loadedModule(file) !== undefined) };
    },
  });
  const loadedModule = (file: string): NodeJS.Module | undefined => {
    const found = jiti.cache[file];
    return found?.loaded === true ? found : undefined;
  };
  // Another loader of this process may have read them when they were otherwise, those beside the project too.
  for (const file of Object.keys(jiti.cache))
    if (transformedEver.has(file) || file.startsWith(projectFolder + path.sep))
      delete jiti.cache[file];
  const load = async (file: string) => {
    watch.begin(file);
    const exports: unknown = await withLimit(jiti.import(file)).finally(watch.end);
    if (typeof exports !== 'object' || exports === null) return { default: exports };
    // In the order that modules have them in, whoever transformed the file.
    return Object.fromEntries(
      Object.entries(exports).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
    );
  };
  const loaded = () =>
    new Map(
      Object.keys(jiti.cache)
        .filter(
          (file) => path.isAbsolute(file) && !file.includes(`${path.sep}node_modules${path.sep}`),
        )
        .map((file) => [file, hashes.get(file) ?? null] as const),
    );
  return Object.assign(load, { loaded, save: transformed.save });
}

const IMPORT = /(\bfrom\s*|\bimport\s*\(?\s*)(['"])(\.{1,2}\/[^'"\n]+)\.js\2/g;

/**
 * `'../sources.js'` as `'../sources.ts'` where that is the file there is: found by name, it is not looked for under some fifty
 * others, which takes most of the time of loading a large project.
 */
function withTypeScript(
  source: string,
  filename: string,
  isTypeScript: (file: string) => boolean,
): string {
  return source.replace(IMPORT, (text: string, head: string, quote: string, name: string) =>
    isTypeScript(path.resolve(path.dirname(filename), name))
      ? `${head}${quote}${name}.ts${quote}`
      : text,
  );
}

/** Whether a file without its ending is TypeScript alone; each is looked for once. */
function renamedFiles(): (file: string) => boolean {
  const known = new Map<string, boolean>();
  return (file) => {
    const found = known.get(file) ?? (existsSync(`${file}.ts`) && !existsSync(`${file}.js`));
    known.set(file, found);
    return found;
  };
}

const AWAITED = /(\bjitiImport\(\s*)(['"])(\.{1,2}\/[^'"\n\\]+\.ts)\2/g;

/** Imports of files that are loaded already by their places: they are not looked for once more in every file that has them. */
function byPlace(code: string, filename: string, isLoaded: (file: string) => boolean): string {
  return code.replace(AWAITED, (text: string, head: string, _: string, name: string) => {
    const file = path.resolve(path.dirname(filename), name);
    return isLoaded(file) ? `${head}${JSON.stringify(file)}` : text;
  });
}

/** Modules that jiti takes without looking for files: the given ones, and those that are loaded, by place. */
function withLoaded(
  given: Readonly<Record<string, unknown>>,
  loadedModule: (file: string) => NodeJS.Module | undefined,
): Record<string, Record<string, unknown>> {
  const found = (name: string | symbol) =>
    typeof name === 'string' && path.isAbsolute(name) && name.endsWith('.ts')
      ? loadedModule(name)?.exports
      : undefined;
  // What modules export is known to nobody here.
  return new Proxy(given as Record<string, Record<string, unknown>>, {
    has: (own, name) => Object.hasOwn(own, name) || found(name) !== undefined,
    get: (own, name) => (typeof name === 'string' && own[name]) || found(name),
  });
}

/** A top-level `await` that never settles would end the process silently, with exit code 0. */
async function withLimit<T>(loading: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`still waiting for a top-level await after ${AWAIT_LIMIT_MS / 1000} s`));
    }, AWAIT_LIMIT_MS);
  });
  try {
    return await Promise.race([loading, limit]);
  } finally {
    clearTimeout(timer);
  }
}
