// One file per entry of a package beside the compiled ones: a thread that loads a hundred small modules starts in 0.6 s, of
// a few large ones in 0.15 s. `node scripts/bundle.mjs index worker` in the package's folder, after `tsc -b`.
//
// Tessera's own packages stay imports, so that each is loaded once however it is reached. What is bundled of others has its
// licence in bundle/LICENSES.txt.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';

const entries = process.argv.slice(2);
/** Native code, modules that start files of their own, and large ones that few runs load. */
const APART = ['@duckdb/node-bindings', 'piscina', 'apache-arrow', /^@tessera\//];

const input = Object.fromEntries(entries.map((name) => [name, `dist/${name}.js`]));
const build = await rolldown({ input, external: APART, platform: 'node' });
rmSync('bundle', { recursive: true, force: true });
const { output } = await build.write({
  dir: 'bundle',
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'chunk-[hash].js',
});
await build.close();
const licences = new Map(
  output
    .flatMap((chunk) => chunk.moduleIds ?? [])
    .filter((id) => id.includes('/node_modules/'))
    .map(packageOf)
    .map((folder) => [folder, licenceOf(folder)]),
);
if (licences.size > 0) writeFileSync('bundle/LICENSES.txt', [...licences.values()].join('\n\n'));

/** Folder of the package that a file belongs to: the innermost one whose package.json has a name. */
function packageOf(file) {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name) return folder;
    if (folder === dirname(folder)) throw new Error(`${file} belongs to no package`);
  }
}

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim();
  return `${name} ${version} (${license})\n\n${text}\n`;
}
