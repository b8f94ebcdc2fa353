import type { Argument, RedisCommand, RedisConnection, Reply } from './connection.js';

/** A command whose first argument is its key. */
export function command(name: string, key: Argument, ...args: readonly Argument[]): RedisCommand {
  return { key, args: [name, key, ...args] };
}

/** Send one command alone. */
export async function ask(
  connection: RedisConnection,
  asked: RedisCommand,
  signal?: AbortSignal,
): Promise<Reply> {
  const [reply = null] = await connection.send([asked], signal);
  return reply;
}

/** Null where there is none. */
export function textOf(reply: Reply | undefined): string | null {
  if (typeof reply === 'string') return reply;
  return Buffer.isBuffer(reply) ? reply.toString() : null;
}

/** Of a list or set of texts. */
export function textsOf(reply: Reply): string[] {
  return Array.isArray(reply) ? reply.map((one) => textOf(one) ?? '') : [];
}

const SET_IF = `
local now = redis.call('GET', KEYS[1])
if (now or '') ~= ARGV[1] then return 0 end
if ARGV[2] == '' then redis.call('DEL', KEYS[1])
elseif ARGV[3] == '' then redis.call('SET', KEYS[1], ARGV[2])
else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1`;

/**
 * Replace a text in one step, if it is still what it was. Null: there is none; as `next`: it is removed.
 *
 * Returns  false where it is another by now
 */
export async function setIf(
  connection: RedisConnection,
  key: string,
  before: string | null,
  next: string | null,
  ttlMs?: number,
): Promise<boolean> {
  const args = ['EVAL', SET_IF, '1', key, before ?? '', next ?? '', ttlMs?.toString() ?? ''];
  return (await ask(connection, { key, args })) === 1;
}
