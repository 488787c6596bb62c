/**
 * Preloaded into a process (`--import record-connections.ts?file=<path>`): writes one line of JSON for every connection that
 * the process or one of its worker threads opens. Threads are given the same preload. With `&refuse=others` a connection to another machine
 * is refused, after it has been written down.
 */
import { appendFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { type NetConnectOpts, Socket } from 'node:net';
import threads, { threadId, type WorkerOptions } from 'node:worker_threads';

const given = new URL(import.meta.url).searchParams;
const file = given.get('file') ?? '';
const record = (line: { host: string; port: number | undefined }) =>
  appendFileSync(file, `${JSON.stringify({ threadId, ...line })}\n`);

// Anything may be handed over: options, a port with or without a host, or a path, each also as the list that net itself makes.
const connect = Socket.prototype.connect;
Socket.prototype.connect = function recorded(this: Socket, ...handed: unknown[]) {
  const [first, second] = (Array.isArray(handed[0]) ? handed[0] : handed) as [unknown, unknown];
  const options = (typeof first === 'object' ? first : { port: first, host: second }) as NetConnectOpts;
  if (!('path' in options && typeof options.path === 'string')) {
    const { host, port } = options as { host?: unknown; port?: number | string };
    const name = typeof host === 'string' ? host : 'localhost';
    record({ host: name, port: Number(port) });
    if (given.get('refuse') === 'others' && !/^(localhost|127(\.\d+){3}|::1)$/.test(name)) {
      throw new Error(`only this machine may be reached, and not ${name}`);
    }
  }
  return Reflect.apply(connect, this, handed) as Socket;
} as typeof connect;

const Thread = threads.Worker;
threads.Worker = class extends Thread {
  constructor(module: string | URL, options: WorkerOptions = {}) {
    super(module, { ...options, execArgv: [...(options.execArgv ?? []), '--import', import.meta.url] });
  }
};
syncBuiltinESMExports();
record({ host: 'preloaded', port: undefined });
