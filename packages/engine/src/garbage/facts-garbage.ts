import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { definitionHash, type GroupBySpec, type JoinSpec } from '@tessera/api';
import { sourcesOf } from '../definition.js';
import { factsFolder } from '../remembered-facts.js';
import { subjectOf } from '../subject.js';

export interface FactsGarbage {
  readonly path: string;
  readonly bytes: number;
  readonly newestMs: number;
}

/** What is remembered of files of sources that no definition reads, and what a killed run left there. */
export async function factsGarbage(
  out: string,
  definitions: readonly (JoinSpec | GroupBySpec)[],
): Promise<FactsGarbage[]> {
  const folder = factsFolder(out);
  const sources = definitions.flatMap((one) => sourcesOf(subjectOf(one)));
  const used = new Set(sources.map((source) => `${definitionHash(source)}.json`));
  const names = await readdir(folder).catch(() => []);
  const found: FactsGarbage[] = [];
  for (const name of names.sort()) {
    if (used.has(name) || !/^[0-9a-f]{32}\.json(\.\d+\.tmp)?$/.test(name)) continue;
    const path = join(folder, name);
    const file = await stat(path).catch(() => null);
    if (file?.isFile()) found.push({ path, bytes: file.size, newestMs: file.mtimeMs });
  }
  return found;
}
