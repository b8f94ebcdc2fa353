// One file per entry of a package beside the compiled ones: a thread that loads hundreds of small modules starts in 0.6 s,
// of a few large ones in 0.2 s. `node scripts/bundle.mjs index --whole worker` in the package's folder, after `tsc -b`.
//
// Tessera's own packages stay imports, so that each is loaded once however it is reached. Only an entry after `--whole`,
// which nothing else is loaded beside, has of all of them what it uses. What is bundled of others has its licence in
// bundle/LICENSES.txt.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { rolldown } from 'rolldown';

const [apart, whole = []] = groupsOf(process.argv.slice(2));
/** Native code, modules that start files of their own, and large ones that few runs load. */
const LEFT_OUT = ['@duckdb/node-bindings', 'piscina', 'apache-arrow', 'lmdb'];

rmSync('bundle', { recursive: true, force: true });
const used = [
  ...(await bundle(apart, { external: [...LEFT_OUT, /^@tessera\//] })),
  ...(await bundle(whole, { external: LEFT_OUT, resolve: { alias: compiledPackages() } })),
];
const licences = new Map(
  used
    .filter((id) => id.includes('/node_modules/'))
    .map(packageOf)
    .map((folder) => [folder, licenceOf(folder)]),
);
if (licences.size > 0) writeFileSync('bundle/LICENSES.txt', [...licences.values()].join('\n\n'));

function groupsOf(args) {
  const at = args.indexOf('--whole');
  return at < 0 ? [args] : [args.slice(0, at), args.slice(at + 1)];
}

/** Returns  the modules that were used */
async function bundle(entries, options) {
  if (entries.length === 0) return [];
  const input = Object.fromEntries(entries.map((name) => [name, `dist/${name}.js`]));
  const build = await rolldown({ input, platform: 'node', ...options });
  const { output } = await build.write({
    dir: 'bundle',
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunk-[hash].js',
  });
  await build.close();
  return output.flatMap((chunk) => chunk.moduleIds ?? []);
}

/** Packages as they are before they are bundled, so that what is not used of them can be left out. */
function compiledPackages() {
  const folders = resolve('..');
  const names = readdirSync(folders).filter((name) => existsSync(join(folders, name, 'dist')));
  return Object.fromEntries(
    names.map((name) => [`@tessera/${name}`, join(folders, name, 'dist/index.js')]),
  );
}

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
