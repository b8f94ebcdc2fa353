import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Words without which a module can look at nothing but what it imports: no environment, clock, file, network or chance. In
 * a comment or a text they count as well; such files are then loaded each time.
 */
const LOOKS_AROUND =
  /\b(?:process|require|module|global|globalThis|Date|Temporal|random|eval|Function|constructor|Intl|toLocale\w*|localeCompare|fetch|console|performance|crypto|navigator|WebAssembly|Worker|WebSocket|EventSource|XMLHttpRequest|BroadcastChannel|setTimeout|setInterval|setImmediate|AbortSignal|localStorage|sessionStorage|jiti\w*)\b|\bimport\s*(?:[.(]|\/)|\bfrom\s*\/|\\u/;

const IMPORTS = /\b(?:from|import)\s*(['"])([^'"\n]*)\1/g;
/** What a name without an ending may mean before it means a module. */
const OTHERS = ['.json', '.node', '.cjs', '/package.json'] as const;
const SOURCE = /\.(?:ts|js|mts|mjs)$/;

/**
 * The first file by which definitions may be made of more than these files: it looks around, or imports something besides
 * `@tessera/api` and others of them. Packages and data files are not followed. Null where there is none.
 */
export function notPlain(files: readonly string[]): string | null {
  const names = new Set(files.map((file) => file.replace(SOURCE, '')));
  const isOurs = (file: string, name: string) => {
    if (name === '@tessera/api') return true;
    if (!/^\.{1,2}(?:\/|$)/.test(name)) return false;
    const whole = path.resolve(path.dirname(file), name).replace(SOURCE, '');
    if (OTHERS.some((other) => existsSync(whole + other))) return false;
    return names.has(whole) || names.has(path.join(whole, 'index'));
  };
  const isPlain = (file: string) => {
    if (!SOURCE.test(file)) return false;
    const text = readFileSync(file, 'utf8');
    if (LOOKS_AROUND.test(text)) return false;
    return [...text.matchAll(IMPORTS)].every(([, , name = '']) => isOurs(file, name));
  };
  return files.find((file) => !isPlain(file)) ?? null;
}
