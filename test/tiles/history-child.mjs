// One run that kills itself: node history-child.mjs <JSON of kind, definition, options and when>.
import { backfill, trainSet } from '@tessera/engine';

const { kind, definition, options, afterEvents, afterMs } = JSON.parse(process.argv[2]);
const die = () => process.kill(process.pid, 'SIGKILL');
let left = afterEvents;
if (afterMs !== null) setTimeout(die, afterMs);
const onProgress = () => {
  if (left !== null && --left === 0) die();
};
await (kind === 'join' ? trainSet : backfill)(definition, { ...options, onProgress });
