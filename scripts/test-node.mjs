// Runs the tests on the other Node versions that are supported: `node scripts/test-node.mjs [24 26] [vitest arguments]`.
// The binaries are pinned in test/node-versions and installed into .cache on demand.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const pinned = path.join(root, 'test', 'node-versions');
const installed = path.join(root, '.cache', 'node-versions');
const MANIFESTS = ['package.json', 'package-lock.json'];

const { dependencies } = JSON.parse(readFileSync(path.join(pinned, 'package.json'), 'utf8'));
const known = Object.keys(dependencies).map((name) => name.replace('node-', ''));
const asked = process.argv.slice(2);
const versions = asked.filter((word) => known.includes(word));
const forVitest = asked.filter((word) => !known.includes(word));

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.log('other Node versions: skipped, their pinned binaries are for Linux on x64');
  process.exit(0);
}

const binary = (version) => path.join(installed, 'node_modules', `node-${version}`, 'bin', 'node');

function install() {
  const current = MANIFESTS.every(
    (name) =>
      existsSync(path.join(installed, name)) &&
      readFileSync(path.join(installed, name), 'utf8') ===
        readFileSync(path.join(pinned, name), 'utf8'),
  );
  if (current && known.every((version) => existsSync(binary(version)))) return;
  mkdirSync(installed, { recursive: true });
  for (const name of MANIFESTS) copyFileSync(path.join(pinned, name), path.join(installed, name));
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = spawnSync('npm', ['ci', ...quiet], { cwd: installed, stdio: 'inherit' });
  if (npm.status !== 0) {
    console.error('other Node versions: npm ci failed');
    process.exit(2);
  }
}

/** The tests in one version; commands that they start find it first, too. */
function run(version) {
  const node = binary(version);
  const name = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim();
  if (!name?.startsWith(`v${version}.`)) {
    console.error(`${node} says it is ${name}`);
    return false;
  }
  console.log(`\n── tests on Node ${name} ──`);
  const { TESSERA_LONG: _, ...env } = process.env;
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const tests = spawnSync(node, [vitest, 'run', ...forVitest], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...env,
      TESSERA_NODE_MAJOR: version,
      PATH: `${path.dirname(node)}${path.delimiter}${env.PATH ?? ''}`,
    },
  });
  return tests.status === 0;
}

install();
const failed = (versions.length > 0 ? versions : known).filter((version) => !run(version));
if (failed.length > 0) {
  console.error(`tests failed on Node ${failed.join(', ')}`);
  process.exit(1);
}
