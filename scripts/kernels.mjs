// Compiles a package's kernels (assembly/index.ts and simd.ts, AssemblyScript) to WebAssembly, and writes its bytes as a module:
// `node ../../scripts/kernels.mjs` in the package's folder, before `tsc -b`.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import asc from 'assemblyscript/asc';

const FLAGS = ['-O3', '--runtime', 'stub', '--noAssert', '--importMemory', '--memoryBase', '0'];

/** What takes four words at a time is apart, so that the rest runs on processors that cannot. */
const SIMD_FLAGS = [...FLAGS, '--enable', 'simd'];

/**
 * A module of TypeScript, and of JavaScript as well, that exports the kernels of a folder as `KERNELS`, in base64, and those
 * of its `simd.ts`, if there is one, as `SIMD_KERNELS`.
 *
 * Throws  what the compiler says
 */
export async function kernelsModule(folder) {
  const exported = [`KERNELS = '${await compiled(folder, 'index.ts', FLAGS)}'`];
  if (existsSync(join(folder, 'simd.ts')))
    exported.push(`SIMD_KERNELS = '${await compiled(folder, 'simd.ts', SIMD_FLAGS)}'`);
  const lines = exported.map((one) => `export const ${one};\n`);
  return `// Made by scripts/kernels.mjs of assembly/. Not to be edited.\n${lines.join('')}`;
}

async function compiled(folder, entry, flags) {
  let code = null;
  const { error, stderr } = await asc.main(
    [entry, '-o', 'kernels.wasm', '--baseDir', folder, ...flags],
    {
      writeFile(name, contents) {
        if (name === 'kernels.wasm') code = contents;
      },
    },
  );
  if (error || code === null)
    throw new Error(`${folder} was not compiled: ${stderr.toString()}`, { cause: error });
  return Buffer.from(code).toString('base64');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  mkdirSync('src/generated', { recursive: true });
  writeFileSync(join('src', 'generated', 'kernels.ts'), await kernelsModule('assembly'));
}
