import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type JoinSpec, parseInstantMs, TesseraError } from '@tessera/api';
import type { LoggedRequest } from '@tessera/engine';
import { isServed } from '@tessera/kv-writer';

/** Wrong lines that are told of; of more, how many. */
const TOLD = 5;

const FIRST_MS = Date.parse('1000-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * Requests out of a log, a JSON object a line: `{ "keys": { … }, "at": "2025-03-01T10:00:00Z", "request": { … } }`; `at` may be
 * epoch ms. Of more lines than are wanted, that many are drawn, each as likely.
 *
 * Memory   O(most)
 * Throws   BAD_OPTION that names the lines that are none, or a file that cannot be read
 */
export async function readRequestLog(
  file: string,
  join: JoinSpec,
  { most, seed }: { readonly most: number; readonly seed: number },
): Promise<readonly LoggedRequest[]> {
  const known = new Set(join.left.columns.map(({ name }) => name));
  // Without them a request is refused, and was never served.
  const needed = new Set(
    join.parts.filter(isServed).flatMap(({ keys }) => keys.map(({ left }) => left)),
  );
  const kept: LoggedRequest[] = [];
  const wrong: string[] = [];
  let [line, seen, bad] = [0, 0, 0];
  const random = randomOf(seed);
  try {
    for await (const text of createInterface({ input: createReadStream(file, 'utf8') })) {
      line++;
      if (text.trim() === '') continue;
      const request = readLine(text, known, needed);
      if (typeof request === 'string') {
        bad++;
        if (wrong.length < TOLD) wrong.push(`line ${line} ${request}`);
        continue;
      }
      seen++;
      if (kept.length < most) kept.push(request);
      else {
        const at = Math.floor(random() * seen);
        if (at < most) kept[at] = request;
      }
    }
  } catch (cause) {
    throw badLog(`cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  if (wrong.length > 0) {
    const more = bad > wrong.length ? `, and ${bad - wrong.length} more` : '';
    throw badLog(`has lines that are no requests: ${wrong.join('; ')}${more}`);
  }
  return kept;
}

function badLog(reason: string): TesseraError {
  return new TesseraError(
    'BAD_OPTION',
    { option: 'log', reason },
    {
      hint: 'A line is {"keys": {"user_id": "u1"}, "at": "2025-03-01T10:00:00Z", "request": {"amount": 20}}.',
    },
  );
}

/** The request, or what is wrong with it. */
function readLine(
  text: string,
  known: ReadonlySet<string>,
  needed: ReadonlySet<string>,
): LoggedRequest | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return 'is not JSON';
  }
  if (!isRecord(parsed)) return 'is no object';
  const { keys, at, request = {} } = parsed;
  if (!isRecord(keys)) return 'has no `keys`';
  if (!isRecord(request)) return 'has a `request` that is no object';
  const atMs =
    typeof at === 'string' ? parseInstantMs(at) : Number.isSafeInteger(at) ? Number(at) : null;
  // Of other years there are no day labels.
  if (atMs === null || atMs < FIRST_MS || atMs > LAST_MS) return 'has no instant `at`';
  const values = { ...keys, ...request };
  const stranger = Object.keys(values).find((name) => !known.has(name));
  if (stranger !== undefined) return `brings \`${stranger}\`, which the left has not`;
  const missing = [...needed].find((name) => !Object.hasOwn(values, name));
  if (missing !== undefined) return `lacks the key \`${missing}\``;
  // Whether values are of their columns' types is found out when they are made columns.
  return { values: values as LoggedRequest['values'], atMs };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** mulberry32: which lines are drawn must not change from one run to the next. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
