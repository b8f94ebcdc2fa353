import { existsSync, readdirSync, statfsSync } from 'node:fs';
import path from 'node:path';
import type { GroupBySpec, JoinSpec } from '@tessera/api';
import type { LookedAt } from '@tessera/engine';
import type { RawRunOptions } from '../options.js';
import { CONFIG_FILE } from '../project/find-project.js';
import type { ProjectConfig } from '../project/load-config.js';
import { readVersion } from '../version.js';
import { type Asked, IDLE_SETTING, verdictFile } from './asked.js';
import { ownCode } from './own-code.js';
import { notPlain } from './plain-files.js';
import { TooMuch, treeOf } from './tree.js';
import { forgetVerdict, readVerdict, type Said, writeVerdict } from './verdict.js';
import { seen, type Witnesses } from './witnesses.js';

/** A run that found nothing to do. */
export interface IdleRun {
  readonly raw: RawRunOptions;
  readonly config: ProjectConfig;
  /** Every file of the project that was loaded. */
  readonly loaded: readonly string[];
  readonly definitions: readonly (JoinSpec | GroupBySpec)[];
  /** What it said. */
  readonly said: readonly Said[];
}

/** Options with which a run that has nothing to do does nothing else either. */
const ALLOWED: ReadonlySet<string> = new Set([
  ...['join', 'groupBy', 'start', 'end', 'project', 'lake', 'out'],
  ...['workers', 'memory', 'buckets', 'strict', 'summary'],
]);

/**
 * File systems of Linux that are of this machine alone: times of files and folders are of its own clock, and move with every
 * change. ext2 to ext4, xfs, btrfs, f2fs, tmpfs, overlay.
 */
const LOCAL: ReadonlySet<number> = new Set([
  ...[0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x01021994, 0x794c7630],
]);

/** What was changed less than this before the process began may have been changed since, in the same tick of its clock. */
const SETTLED_MS = 2_500;
/** A clock that was set by more than this since the process began tells nothing. */
const CLOCK_MS = 1_000;

/**
 * Remember that there was nothing to do, and all that this depends on, as it was since before this process began: whatever
 * the run looked at was the same. Where that is not certain, nothing is remembered, and the next run looks again.
 */
export async function rememberIdle(run: IdleRun, asked: Asked): Promise<void> {
  const file = verdictFile(asked);
  if (file === null) return;
  const { lookedAt } = await import('@tessera/engine');
  let why: string | null;
  try {
    why = keep(
      file,
      run,
      asked,
      run.definitions.map((definition) => lookedAt(definition, run.config)),
    );
  } catch (error) {
    why = error instanceof TooMuch ? 'there is too much to look at' : String(error);
  }
  if (why !== null) forgetVerdict(file);
  if (asked.env[IDLE_SETTING] === 'tell')
    process.stderr.write(`idle: ${why === null ? 'remembered' : `not remembered: ${why}`}\n`);
}

/** Returns  why nothing was remembered, if nothing was */
function keep(
  file: string,
  { raw, config, loaded: all, said }: IdleRun,
  asked: Asked,
  looked: readonly LookedAt[],
): string | null {
  const option = Object.keys(raw).find((name) => !ALLOWED.has(name));
  if (option !== undefined) return `${option} was given`;
  // Node tells the command's own file as well.
  const code = ownCode();
  const loaded = all.filter((one) => !code.includes(one));
  if (!loaded.includes(config.configFile)) return 'the project lies in a package';
  const odd = notPlain(loaded);
  if (odd !== null) return `${odd} looks around, or imports what is not followed`;
  const datasets = looked.map(({ dataset }) => dataset);
  const sets = [...new Set(looked.flatMap(({ tileSets }) => tileSets))];
  const places = [config.lake, config.folder, ...datasets.filter(existsSync)];
  const remote = places.find((one) => !isLocal(one));
  if (remote !== undefined) return foreign(remote);
  const tmps = [...new Set(looked.map(({ tmp }) => tmp))];
  const littered = [...datasets, ...sets].find(isLittered);
  if (littered !== undefined) return `somebody works in ${littered}, or was killed there`;
  if (tmps.some((tmp) => namesIn(tmp).length > 0)) return 'a run works there, or was killed';
  const groups: Witnesses[] = [
    { of: 'Tessera', paths: code, absent: [] },
    definitionsOf(config, loaded, asked),
    {
      of: 'what is published',
      paths: datasets.flatMap((one) => treeOf(one)),
      absent: datasets.filter((one) => !existsSync(one)),
    },
    {
      of: 'tile sets',
      paths: sets.filter(existsSync).flatMap((set) => [set, ...filesIn(set)]),
      absent: sets.filter((set) => !existsSync(set)),
    },
    {
      of: 'temporary folders',
      paths: tmps.filter(existsSync),
      absent: tmps.filter((tmp) => !existsSync(tmp)),
    },
    {
      of: 'the lake',
      paths: [
        config.lake,
        ...new Set(
          looked.flatMap(({ sources }) => sources.flatMap((source) => treeOf(source, isHidden))),
        ),
      ],
      absent: [],
    },
  ];
  if (Math.abs(Date.now() - performance.timeOrigin - performance.now()) > CLOCK_MS)
    return 'the clock was set meanwhile';
  const beganMs = asked.beganMs - SETTLED_MS;
  const witnesses: (Witnesses & { digest: string })[] = [];
  const devices = new Map<bigint, string>();
  for (const group of groups) {
    const now = seen(group);
    if (now === null || now.changedMs >= beganMs) return `${group.of} changed just now`;
    for (const [device, one] of now.devices) devices.set(device, one);
    witnesses.push({ ...group, digest: now.digest });
  }
  const other = [...devices.values()].find((one) => !isLocal(one));
  if (other !== undefined) return foreign(other);
  const version = readVersion();
  writeVerdict(file, { version, said, witnesses });
  return readVerdict(file, version) === null ? 'the cache cannot be written' : null;
}

/** Which project it is, and all that its definitions are made of: files, and folders in which others could come before them. */
function definitionsOf(
  { folder, features }: ProjectConfig,
  loaded: readonly string[],
  { cwd }: Asked,
): Witnesses {
  const wanted = new Set<string>();
  for (const above of upwards(cwd)) wanted.add(path.join(above, CONFIG_FILE));
  for (const base of new Set([folder, features, ...loaded.map((file) => path.dirname(file))]))
    for (const above of upwards(base))
      for (const name of ['package.json', 'tsconfig.json']) wanted.add(path.join(above, name));
  const isLeftOut = (name: string) => name.startsWith('.') || name === 'node_modules';
  const there = [
    ...loaded,
    ...loaded.map((file) => path.dirname(file)),
    ...treeOf(features, isLeftOut),
    ...[...wanted].filter(existsSync),
  ];
  return {
    of: 'definitions',
    paths: [...new Set(there)],
    absent: [...wanted].filter((file) => !existsSync(file)),
  };
}

function upwards(folder: string): string[] {
  const above = path.dirname(folder);
  return above === folder ? [folder] : [folder, ...upwards(above)];
}

/** Names of a living or dead run: a later run would look whether it is still alive. */
function isLittered(folder: string): boolean {
  return namesIn(folder).some(
    (name) => (name.startsWith('_') && name !== '_manifest.json') || name.endsWith('.tmp'),
  );
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function filesIn(folder: string): string[] {
  return namesIn(folder).map((name) => path.join(folder, name));
}

/** What sources leave out: a file there is never read, but the manifest of a training set. */
function isHidden(name: string): boolean {
  return name.startsWith('.') || (name.startsWith('_') && name !== '_manifest.json');
}

const foreign = (file: string): string =>
  `${file} lies on a file system whose times are not trusted`;

function isLocal(file: string): boolean {
  return process.platform === 'linux' && LOCAL.has(statfsSync(file).type);
}
