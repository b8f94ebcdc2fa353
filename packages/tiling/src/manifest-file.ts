import { join } from 'node:path';
import { TesseraError } from '@tessera/api';
import { readText, replaceFile } from '@tessera/lake';
import { formatTileManifest, parseTileManifest } from './manifest-json.js';
import { NO_TILES, type TileManifest } from './tile-manifest.js';

export function tileManifestPath(folder: string): string {
  return join(folder, '_manifest.json');
}

/** How a tile set's manifest is found. */
export type ManifestState = 'none' | 'ours' | 'older' | 'newer';

/**
 * The manifest of a tile set's folder; of nothing when there is none, or when it is of another format: tiles can always be
 * built again.
 *
 * Throws  FILE_UNREADABLE when it is damaged
 */
export async function readTileManifest(folder: string): Promise<TileManifest> {
  return (await lookAtManifest(folder)).manifest;
}

/** The manifest, and whether another version of Tessera wrote it. Throws FILE_UNREADABLE when it is damaged. */
export async function lookAtManifest(
  folder: string,
): Promise<{ readonly manifest: TileManifest; readonly state: ManifestState }> {
  const path = tileManifestPath(folder);
  const text = await readText(path);
  if (text === null) return { manifest: NO_TILES, state: 'none' };
  try {
    const found = parseTileManifest(text);
    if (typeof found !== 'string') return { manifest: found, state: 'ours' };
    return { manifest: NO_TILES, state: found };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const hint = 'Remove the folder of these tiles: they are built again.';
    throw new TesseraError('FILE_UNREADABLE', { path, reason }, { hint, cause });
  }
}

/** Replace the manifest, whole. Bytes depend on the content alone. Throws DISK_FULL, NOT_WRITABLE. */
export async function commitTileManifest(folder: string, manifest: TileManifest): Promise<void> {
  await replaceFile(tileManifestPath(folder), formatTileManifest(manifest));
}
