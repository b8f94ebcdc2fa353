import { join } from 'node:path';
import { TesseraError } from '@tessera/api';
import { readText, replaceFile } from '@tessera/lake';
import { formatTileManifest, parseTileManifest } from './manifest-json.js';
import { NO_TILES, type TileManifest } from './tile-manifest.js';

export function tileManifestPath(folder: string): string {
  return join(folder, '_manifest.json');
}

/** How a tile set's manifest is found. */
export type ManifestState = 'none' | 'ours' | 'older' | 'newer' | 'damaged';

interface FoundManifest {
  /** Of nothing unless it is ours. */
  readonly manifest: TileManifest;
  readonly state: ManifestState;
  /** Why it cannot be read, where it is damaged. */
  readonly damage: TesseraError | null;
}

/**
 * The manifest of a tile set's folder; of nothing when there is none, or when it is of another format: tiles can always be
 * built again.
 *
 * Throws  FILE_UNREADABLE when it is damaged
 */
export async function readTileManifest(folder: string): Promise<TileManifest> {
  const { manifest, damage } = await lookAtManifest(folder);
  if (damage !== null) throw damage;
  return manifest;
}

/** The manifest, or what is in its way. Throws FILE_UNREADABLE when it may not be read. */
export async function lookAtManifest(folder: string): Promise<FoundManifest> {
  const path = tileManifestPath(folder);
  const text = await readText(path);
  const none = (state: ManifestState) => ({ manifest: NO_TILES, state, damage: null });
  if (text === null) return none('none');
  try {
    const found = parseTileManifest(text);
    return typeof found === 'string' ? none(found) : { ...none('ours'), manifest: found };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const hint = 'Remove the folder of these tiles: they are built again.';
    const damage = new TesseraError('FILE_UNREADABLE', { path, reason }, { hint, cause });
    return { ...none('damaged'), damage };
  }
}

/** Replace the manifest, whole. Bytes depend on the content alone. Throws DISK_FULL, NOT_WRITABLE. */
export async function commitTileManifest(folder: string, manifest: TileManifest): Promise<void> {
  await replaceFile(tileManifestPath(folder), formatTileManifest(manifest), 'tiles');
}
