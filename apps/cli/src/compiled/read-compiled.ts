import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { hash128, TesseraError } from '@tessera/api';
import {
  type Artefact,
  COMPILED_FORMAT,
  type Entry,
  INDEX_FILE,
  type ProjectIndex,
} from '@tessera/compiler';

/** True for a folder that `tessera compile` wrote. */
export function isCompiled(folder: string): boolean {
  return existsSync(path.join(folder, INDEX_FILE));
}

/**
 * The index of a compiled folder; null where there is none.
 *
 * Throws   NEWER_COMPILED, BAD_COMPILED
 */
export function readIndex(folder: string, shown: string): ProjectIndex | null {
  const file = path.join(folder, INDEX_FILE);
  if (!existsSync(file)) return null;
  const found = readJson(file, `${shown}/${INDEX_FILE}`) as Partial<ProjectIndex>;
  if (typeof found.format !== 'number' || !Array.isArray(found.objects))
    throw new TesseraError('BAD_COMPILED', { path: shown, reason: 'its index has no objects' });
  checkFormat(found.format, shown);
  for (const entry of found.objects as readonly unknown[])
    if (!isEntry(entry))
      throw new TesseraError('BAD_COMPILED', { path: shown, reason: 'its index is damaged' });
  const { warned = { rules: '', findings: [] } } = found;
  if (!isWarned(warned))
    throw new TesseraError('BAD_COMPILED', { path: shown, reason: 'its index is damaged' });
  return { format: found.format, warned, objects: found.objects };
}

/** Every artefact of a compiled folder, by id. Throws as `readIndex`, and BAD_COMPILED for a file that is not as it was written. */
export function readCompiled(folder: string, shown: string): ReadonlyMap<string, Artefact> {
  const index = readIndex(folder, shown);
  if (index === null)
    throw new TesseraError('BAD_COMPILED', { path: shown, reason: `it has no ${INDEX_FILE}` });
  return new Map(
    index.objects.map((entry) => {
      const name = `${shown}/${entry.path}`;
      const found = readJson(path.join(folder, entry.path), name) as Artefact;
      if (isFormat(found.format)) checkFormat(found.format, name);
      if (!isWhole(folder, entry))
        throw new TesseraError('BAD_COMPILED', { path: name, reason: 'somebody wrote to it' });
      return [entry.id, found];
    }),
  );
}

/** Whether an artefact's file is as it was written. */
export function isWhole(folder: string, entry: Entry): boolean {
  try {
    return hash128(readFileSync(path.join(folder, entry.path))) === entry.text;
  } catch {
    return false;
  }
}

function checkFormat(format: number, shown: string): void {
  if (format > COMPILED_FORMAT)
    throw new TesseraError('NEWER_COMPILED', { path: shown, format, known: COMPILED_FORMAT });
}

function readJson(file: string, shown: string): object {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new TesseraError('BAD_COMPILED', { path: shown, reason: 'it is missing' }, { cause });
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Told below.
  }
  throw new TesseraError('BAD_COMPILED', { path: shown, reason: 'it is no JSON' });
}

const isFormat = (format: unknown): format is number => typeof format === 'number';

function isWarned(warned: unknown): warned is ProjectIndex['warned'] {
  if (typeof warned !== 'object' || warned === null) return false;
  const { rules, findings } = warned as { readonly rules?: unknown; readonly findings?: unknown };
  const isFinding = (finding: unknown) =>
    typeof finding === 'object' &&
    finding !== null &&
    ['rule', 'layer', 'severity', 'at', 'message', 'hint'].every(
      (name) => typeof (finding as Readonly<Record<string, unknown>>)[name] === 'string',
    );
  return typeof rules === 'string' && Array.isArray(findings) && findings.every(isFinding);
}

function isEntry(entry: unknown): entry is Entry {
  if (typeof entry !== 'object' || entry === null) return false;
  const { id, path: file, made, text, dependsOn } = entry as Partial<Entry>;
  if (!Array.isArray(dependsOn)) return false;
  if (typeof file !== 'string' || !/^[^/\\]+\/[^/\\]+\.json$/.test(file) || file.includes('..'))
    return false;
  return [id, made, text].every((part) => typeof part === 'string');
}
