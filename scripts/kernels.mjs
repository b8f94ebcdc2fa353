// Compiles a package's kernels (assembly/index.ts, AssemblyScript) to WebAssembly, and writes its bytes as a module:
// `node ../../scripts/kernels.mjs` in the package's folder, before `tsc -b`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import asc from 'assemblyscript/asc';

const FLAGS = [
  ...['-O3', '--runtime', 'stub', '--noAssert', '--importMemory', '--memoryBase', '0'],
  // Four words at a time: all processors that Node runs on have it.
  ...['--enable', 'simd'],
];

/**
 * A module of TypeScript, and of JavaScript as well, that exports the kernels of a folder as `KERNELS`, in base64.
 *
 * Throws  what the compiler says
 */
export async function kernelsModule(folder) {
  let code = null;
  const { error, stderr } = await asc.main(
    ['index.ts', '-o', 'kernels.wasm', '--baseDir', folder, ...FLAGS],
    {
      writeFile(name, contents) {
        if (name === 'kernels.wasm') code = contents;
      },
    },
  );
  if (error || code === null)
    throw new Error(`${folder} was not compiled: ${stderr.toString()}`, { cause: error });
  return `// Made by scripts/kernels.mjs of assembly/. Not to be edited.\nexport const KERNELS = '${Buffer.from(code).toString('base64')}';\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  mkdirSync('src/generated', { recursive: true });
  writeFileSync(join('src', 'generated', 'kernels.ts'), await kernelsModule('assembly'));
}
