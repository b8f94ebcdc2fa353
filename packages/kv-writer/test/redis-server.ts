import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';
import { atEndOfFile } from '../../../test/end-of-file.js';

export interface RedisServer {
  readonly port: number;
  /** With a prefix that nobody else has. */
  readonly url: string;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

/** Says so where it is not: tests of it are then skipped. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
if (!hasRedis) console.log('skipped: redis-server is not installed');

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A server of its own in a folder of its own; it ends with the test file at the latest. */
export async function startRedis(
  options: readonly string[] = [],
  atPort?: number,
): Promise<RedisServer> {
  const port = atPort ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'tessera-redis-'));
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  const child = spawn('redis-server', [...args, ...options], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  atEndOfFile(stop);
  await ready(port);
  const prefix = `t${Math.random().toString(36).slice(2)}`;
  return { port, url: `redis://127.0.0.1:${port}?prefix=${prefix}`, process: child, stop };
}

async function ready(port: number): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const client = createClient({ socket: { host: '127.0.0.1', port, reconnectStrategy: false } });
    client.on('error', () => {});
    try {
      await client.connect();
      client.destroy();
      return;
    } catch (cause) {
      // It answers, and wants a password.
      if (String(cause).includes('NOAUTH')) return;
      if (attempt > 200) throw cause;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Every command on its own. */
export async function redisCommand(port: number, ...args: string[]): Promise<unknown> {
  const client = createClient({ socket: { host: '127.0.0.1', port } });
  await client.connect();
  try {
    return await client.sendCommand(args);
  } finally {
    client.destroy();
  }
}
