import { afterAll, vi } from 'vitest';
import { endFile } from './end-of-file.js';

// Runs for every test file. The modules it imports are loaded once for all files of a process.
afterAll(async () => {
  vi.unstubAllEnvs();
  await endFile();
});
