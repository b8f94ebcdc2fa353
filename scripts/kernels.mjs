// Compiles a package's kernels (assembly/index.ts, AssemblyScript) to WebAssembly, and writes its bytes as a module:
// `node ../../scripts/kernels.mjs` in the package's folder, before `tsc -b`.
import { mkdirSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const FLAGS = ['-O3', '--runtime', 'stub', '--noAssert', '--importMemory', '--memoryBase', '0'];

let code = null;
const { error, stderr } = await asc.main(['assembly/index.ts', '-o', 'kernels.wasm', ...FLAGS], {
  writeFile(name, contents) {
    if (name === 'kernels.wasm') code = contents;
  },
});
if (error || code === null) {
  process.stderr.write(`${stderr.toString()}\n`);
  throw error ?? new Error('assembly/index.ts: nothing was made');
}
mkdirSync('src/generated', { recursive: true });
writeFileSync(
  'src/generated/kernels.ts',
  `// Made by scripts/kernels.mjs of assembly/. Not to be edited.\nexport const KERNELS = '${Buffer.from(code).toString('base64')}';\n`,
);
