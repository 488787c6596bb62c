/**
 * `node --import 'file:///…/clock-preload.mjs?skewMs=-3600000' …`: the wall clock of that process, and of the threads that it starts, is off
 * by `skewMs` (negative: behind). Durations stay true. Recorded tables and messages can so be read at the time of their recording.
 */
import { syncBuiltinESMExports } from 'node:module';
import threads from 'node:worker_threads';

const skewMs = Number(new URL(import.meta.url).searchParams.get('skewMs'));
const trueNow = Date.now;
Date.now = () => trueNow() + skewMs;
globalThis.Date = new Proxy(Date, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [Date.now()] : args, newTarget),
});

// Threads with arguments of their own do not inherit those of the process.
const { Worker } = threads;
threads.Worker = class extends Worker {
  constructor(file, options = {}) {
    super(file, { ...options, execArgv: [...(options.execArgv ?? []), '--import', import.meta.url] });
  }
};
syncBuiltinESMExports();
