// The import rule of docs/ARCHITECTURE.md: imports point down, siblings are blind to each other, packages are entered
// through their index, and no file takes part in a cycle. Reads sources as text; prints every violation; exit code 1.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Who may be imported by whom; `api`, `columnar` and `locks` import nothing of ours. */
const ALLOWED = {
  'packages/api': [],
  'packages/columnar': [],
  'packages/locks': [],
  'packages/algebra': ['api', 'columnar'],
  'packages/lake': ['api', 'columnar', 'locks'],
  'packages/expr': ['api', 'columnar'],
  'packages/tiling': ['api', 'columnar', 'algebra', 'lake'],
  'packages/pitjoin': ['api', 'columnar', 'algebra'],
  'packages/planner': ['api'],
  'packages/validators': ['api'],
  'packages/kv-writer': ['api', 'columnar', 'algebra', 'expr', 'locks'],
  'packages/fetcher': ['api', 'algebra', 'columnar', 'expr', 'kv-writer'],
  'packages/compiler': ['api', 'planner', 'validators'],
  'packages/engine': [
    'api',
    'columnar',
    'algebra',
    'expr',
    'kv-writer',
    'lake',
    'tiling',
    'pitjoin',
    'planner',
  ],
  'packages/consistency': ['api', 'engine', 'fetcher', 'kv-writer'],
  'packages/testing': ['api', 'engine'],
  'apps/cli': [
    'api',
    'engine',
    'testing',
    'lake',
    'compiler',
    'validators',
    'kv-writer',
    'fetcher',
    'consistency',
  ],
  'apps/bench': [
    'api',
    'engine',
    'planner',
    'columnar',
    'pitjoin',
    'algebra',
    'lake',
    'expr',
    'kv-writer',
    'fetcher',
    'consistency',
  ],
};

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const problems = [];

function sources(dir) {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    if (statSync(path).isDirectory()) return sources(path);
    return /\.m?ts$/.test(name) && !name.endsWith('.d.ts') ? [path] : [];
  });
}

function importsOf(file) {
  const text = readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
  const found = [];
  for (const match of text.matchAll(
    /(?:^|\n)\s*(import|export)\s+(type\s)?[^;'"]*?from\s+['"]([^'"]+)['"]/g,
  )) {
    found.push({ from: match[3], typeOnly: match[2] !== undefined });
  }
  for (const match of text.matchAll(/(?:^|[^.\w])import\(\s*['"]([^'"]+)['"]\s*\)/g)) {
    found.push({ from: match[1], typeOnly: true });
  }
  for (const match of text.matchAll(/(?:^|\n)\s*import\s+['"]([^'"]+)['"]/g))
    found.push({ from: match[1], typeOnly: false });
  return found;
}

const edges = new Map();
let files = 0;
for (const [dir, allowed] of Object.entries(ALLOWED)) {
  for (const file of sources(join(root, dir, 'src'))) {
    files++;
    const here = relative(root, file);
    const targets = [];
    for (const { from, typeOnly } of importsOf(file)) {
      const own = /^@tessera\/([^/]+)(\/.*)?$/.exec(from);
      if (own) {
        if (own[2])
          problems.push(`${here}: deep import ${from}; enter packages through their index`);
        if (!allowed.includes(own[1]))
          problems.push(`${here}: ${dir} may not import @tessera/${own[1]}`);
      } else if (from.startsWith('.')) {
        const target = resolve(dirname(file), from.replace(/\.js$/, '.ts'));
        if (!target.startsWith(join(root, dir, 'src')))
          problems.push(`${here}: leaves its package with ${from}`);
        // Types vanish when compiled, so they cannot make a cycle at run time.
        else if (!typeOnly) targets.push(relative(root, target));
      } else if (from === '@duckdb/node-api' && dir === 'packages/planner') {
        problems.push(`${here}: the planner is pure`);
      }
    }
    edges.set(here, targets);
  }
}

const state = new Map();
function visit(file, path) {
  if (state.get(file) === 'done') return;
  if (state.get(file) === 'open') {
    problems.push(`cycle: ${[...path.slice(path.indexOf(file)), file].join(' → ')}`);
    return;
  }
  state.set(file, 'open');
  for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
  state.set(file, 'done');
}
for (const file of edges.keys()) visit(file, []);

for (const problem of problems) console.error(problem);
console.log(`import rule: ${files} files, ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
