/** The TMDB simulator on a thread of its own: what it computes must not be time of those who are measured. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../src/shared/core/system-clock.ts';
import { startTmdbSimulator } from '../src/tmdb-simulator/start-tmdb-simulator.ts';
import type { SimulatorThreadOptions } from './simulated-tmdb.ts';

const simulator = await startTmdbSimulator({ clock: systemClock, ...(workerData as SimulatorThreadOptions) });
parentPort?.postMessage(simulator.baseUrl);
