import type { FileFacts } from '@tessera/planner';

/** What the planner is told of a table that is held by the session. */
export const tableFile = (rows: number): FileFacts => ({
  path: 'table',
  ds: null,
  bytes: 0,
  rows,
  minTimeMs: null,
  maxTimeMs: null,
  fingerprint: 'memory',
  content: null,
  stat: null,
});
