import { createRequire } from 'node:module';
import vm from 'node:vm';
import type * as Sucrase from 'sucrase';

// CommonJS, and only loaded where a file has to be transformed.
const require = createRequire(import.meta.url);
let loaded: typeof Sucrase.transform | undefined;
const sucrase = (): typeof Sucrase.transform => {
  // What a package's main file exports is known by its types alone.
  loaded ??= (require('sucrase') as typeof Sucrase).transform;
  return loaded;
};

/**
 * What is not plain: words whose meaning depends on more than one file's text or on the order in which names come into being
 * (hoisted functions in circular imports), modules that are asked for at run time, decorators.
 */
const NOT_PLAIN =
  /\b(?:enum|namespace|module|require|exports|declare|function|accessor|arguments)\b|\bimport\s*[.(]|\bimport\s+(?:type\s+)?\w+\s*=|^\s*@|^#!/m;

/** Exported names that may change, or that are taken out of values. */
const NOT_CONSTANT = /\bexport\s+(?:let|var)\b|\bexport\s+const\s*[{[]/;
/** Names exported apart from where they are declared: sucrase (3.35.1) does not see all that may change them. */
const EXPORTED_APART = /\bexport\s*\{/;
const MAY_CHANGE = /\b(?:let|var)\b/;

function isPlain(source: string): boolean {
  if (NOT_PLAIN.test(source) || NOT_CONSTANT.test(source)) return false;
  return !(EXPORTED_APART.test(source) && MAY_CHANGE.test(source));
}

/**
 * What sucrase (3.35.1) makes of `export const a = 1, b = 2`: `const a = 1; exports.a = a, b = 2`. Comments may stand before
 * the comma.
 */
const SECOND_NAME = /\bexports\.([^\s=;,]+) = \1(?:\s|\/\*[\s\S]*?\*\/|\/\/.*)*,/;

/** As jiti evaluates what comes out. */
const wrapped = (code: string): string =>
  `(async function (exports, require, module, __filename, __dirname, jitiImport, jitiESMResolve) { ${code}\n});`;

/**
 * A plain TypeScript module, with lines where they were, as jiti evaluates it: types left out, imports awaited from
 * `jitiImport`. An order of magnitude faster than jiti's own transform, which does all others.
 *
 * Returns  null for a file that is not plain, or not right: whoever transforms it then says what is wrong
 */
export function plainTransform(source: string, filename: string): string | null {
  if (!filename.endsWith('.ts') || !isPlain(source)) return null;
  try {
    const { code } = sucrase()(source, {
      transforms: ['typescript', 'imports'],
      disableESTransforms: true,
      preserveDynamicImport: true,
      filePath: filename,
    });
    if (SECOND_NAME.test(code)) return null;
    const awaited = code.replace(/\brequire\(/g, 'await jitiImport(');
    new vm.Script(wrapped(awaited), { filename });
    return awaited;
  } catch {
    return null;
  }
}
