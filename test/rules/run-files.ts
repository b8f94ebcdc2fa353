import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Finding } from '@tessera/validators';
import { tesseraHere } from '../files/command-here.js';

/** What `tessera validate` finds in a project of these files. */
export async function findingsOfFiles(
  files: Readonly<Record<string, string>>,
): Promise<readonly Finding[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-rules-'));
  try {
    const all = { 'tessera.config.ts': "export default { features: 'features' };\n", ...files };
    for (const [name, text] of Object.entries(all)) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    const { out } = await tesseraHere(['validate', '--no-lake', '--json'], folder);
    // With an error there is a second document, of the error.
    const [document = ''] = out.split(/^}\n/m);
    return (JSON.parse(`${document}}`) as { findings: Finding[] }).findings;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
