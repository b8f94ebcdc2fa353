import { createClient, createCluster, ErrorReply, RESP_TYPES } from '@redis/client';
import { isTesseraError, TesseraError } from '@tessera/api';

/** Everything that is sent and comes back is bytes; text is sent as UTF-8. */
export type Argument = string | Buffer;

/** Each has one key, so that it does not matter which server of a cluster holds it. Null: any server answers. */
export interface RedisCommand {
  readonly key: Argument | null;
  readonly args: readonly Argument[];
}

/** A string is what the server says of itself. */
export type Reply = Buffer | string | number | null | readonly Reply[];

export interface RedisConnection {
  /** Without secrets. */
  readonly where: string;
  /** Whether commands are carried out one after the other, as they were sent. */
  readonly isOrdered: boolean;
  /**
   * Replies in the order of the commands, which are sent at once.
   *
   * Throws  STORE_UNAVAILABLE, also when there is no answer in time; STORE_FULL; the signal's reason
   */
  send(commands: readonly RedisCommand[], signal?: AbortSignal): Promise<readonly Reply[]>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly where: string;
  readonly url: string;
  readonly isCluster: boolean;
  readonly timeoutMs: number;
}

/** Until it answers again, a server is asked for a connection after ever longer pauses. */
const LONGEST_PAUSE_MS = 2000;
/** A connection over which nothing comes is given up; a server that lives answers a ping more often. */
const PING_MS = 5000;
const SILENCE_MS = 15_000;

/** Throws STORE_UNAVAILABLE where nobody answers now. */
export async function connect(options: ConnectOptions): Promise<RedisConnection> {
  const { where, url, isCluster, timeoutMs } = options;
  let isConnected = false;
  const settings = {
    RESP: 3 as const,
    maintNotifications: 'disabled' as const,
    // Its own makes a timer for every command; there is one for all that are sent at once, below.
    commandOptions: { timeout: undefined },
    // What cannot be sent now fails now: whoever asks has something better to do than to wait.
    disableOfflineQueue: true,
    pingInterval: PING_MS,
    socket: {
      connectTimeout: timeoutMs,
      socketTimeout: SILENCE_MS,
      // Of Node's sockets, which types lack: with its 16 KB a run is written in a thousand pieces.
      writableHighWaterMark: 1_048_576,
      reconnectStrategy: (retries: number, cause: Error) =>
        isConnected ? Math.min(20 * 2 ** Math.min(retries, 10), LONGEST_PAUSE_MS) : cause,
    },
  };
  const typeMapping = { [RESP_TYPES.BLOB_STRING]: Buffer, [RESP_TYPES.SIMPLE_STRING]: Buffer };
  const opened = isCluster ? openCluster() : openSingle();

  function openSingle() {
    const client = createClient({ url, ...settings });
    // Told by the command that fails.
    client.on('error', () => {});
    return {
      connect: async () => {
        await client.connect();
      },
      one: ({ args }: RedisCommand) => client.sendCommand<Reply>(args, { typeMapping }),
      close: () => client.destroy(),
    };
  }

  function openCluster() {
    const { protocol, username, password } = new URL(url);
    const cluster = createCluster({
      rootNodes: [{ url }],
      defaults: {
        ...settings,
        username: decodeURIComponent(username),
        password: decodeURIComponent(password),
        ...(protocol === 'rediss:' && { socket: { ...settings.socket, tls: true } }),
      },
    });
    cluster.on('error', () => {});
    return {
      connect: async () => {
        await cluster.connect();
      },
      one: ({ key, args }: RedisCommand) =>
        cluster.sendCommand<Reply>(key ?? undefined, false, [...args], { typeMapping }),
      close: () => cluster.destroy(),
    };
  }

  const refused = (cause: unknown): unknown => errorOf(where, cause);
  try {
    await inTime(opened.connect(), timeoutMs);
    isConnected = true;
  } catch (cause) {
    try {
      opened.close();
    } catch {
      // It was never open.
    }
    throw refused(cause);
  }
  return {
    where,
    isOrdered: !isCluster,
    async send(commands, signal) {
      signal?.throwIfAborted();
      try {
        return await inTime(Promise.all(commands.map(opened.one)), timeoutMs, signal);
      } catch (cause) {
        if (signal?.aborted && cause === signal.reason) throw cause;
        throw refused(cause);
      }
    },
    async close() {
      try {
        opened.close();
      } catch {
        // Closed before.
      }
    },
  };
}

/** What a promise gives, unless time or the signal's patience is over before. */
function inTime<T>(promise: Promise<T>, timeoutMs: number, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
    };
    const aborted = () => {
      end();
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      end();
      reject(new Error(`no answer in ${timeoutMs} ms`));
    }, timeoutMs);
    signal?.addEventListener('abort', aborted);
    promise.then(
      (value) => {
        end();
        resolve(value);
      },
      // It may yet fail when nobody waits for it any more.
      (cause: unknown) => {
        end();
        reject(cause);
      },
    );
  });
}

function errorOf(store: string, cause: unknown): TesseraError {
  if (isTesseraError(cause)) return cause;
  const reason = reasonOf(cause);
  if (cause instanceof ErrorReply) {
    if (/^OOM /.test(reason)) return new TesseraError('STORE_FULL', { store, reason }, { cause });
    if (/^WRONGTYPE /.test(reason)) {
      return new TesseraError('STORE_DAMAGED', { store, reason }, { cause });
    }
  }
  return new TesseraError('STORE_UNAVAILABLE', { store, reason }, { cause });
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  // What Node says of a name with several addresses has no message of its own.
  const [first] = cause instanceof AggregateError ? cause.errors : [];
  return (cause.message || (first instanceof Error ? first.message : cause.name)).replace(
    /\.$/,
    '',
  );
}
