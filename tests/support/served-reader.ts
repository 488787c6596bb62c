import { startEmbeddedStack } from '../../src/local/embedded-stack.ts';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import type { ServiceName } from '../../src/shared/telemetry/metric-ledger.ts';
import { startTmdbSimulator, type TmdbSimulator } from '../../src/tmdb-simulator/start-tmdb-simulator.ts';
import { askOverHttp, type Sent } from './ask-over-http.ts';
import { settingsWith } from './reader-settings.ts';
import { until } from './until.ts';

/** The reader's bundle behind its URL, on an embedded stack whose tables hold the daily lists. */
export type ServedReader = {
  readonly endpoint: string;
  readonly dynamodb: string;
  /** The TMDB that all functions call; it takes the token and no other. */
  readonly simulator: TmdbSimulator;
  /** Every line that a function has written. */
  readonly lines: readonly { service: ServiceName; text: string }[];
  ask(target: string, sent?: Sent): ReturnType<typeof askOverHttp>;
  /** What TMDB itself says of a path. */
  askTmdb(path: string): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
};

/** Nobody gives up on a machine that has other things to do. */
const patient = settingsWith({
  tableTimeoutMs: 10_000,
  timeoutSeconds: 30,
  live: { timeoutMs: 10_000, waitMs: 5_000 },
});

/** Starts it, and waits until one daily run is in the table. `origins` are those of the setting `cors`. */
export async function startServedReader(token: string, origins: string[] = []): Promise<ServedReader> {
  const { deployment } = patient;
  const settings = { ...patient, deployment: { ...deployment, reader: { ...deployment.reader, cors: { origins } } } };
  const lines: { service: ServiceName; text: string }[] = [];
  let applied = 0;
  const simulator = await startTmdbSimulator({ clock: systemClock, token });
  const stack = await startEmbeddedStack({
    settings,
    clock: systemClock,
    tmdb: { baseUrl: simulator.baseUrl, token },
    http: true,
    onOutput: (service, line, text) => {
      lines.push({ service, text });
      applied += line.kind === 'event' && line.event.event === 'page-applied' ? 1 : 0;
    },
  });
  const { http = '', dynamodb } = stack.endpoints.endpoints;
  const occurrence = new Date(systemClock.nowMs() - 1_000).toISOString();
  await stack.invokePlanner({ kind: 'schedule', version: 1, schedule: 'daily', occurrence });
  await until('seven pages are applied', () => applied === 7);
  return {
    endpoint: http,
    dynamodb,
    simulator,
    lines,
    ask: (target, sent) => askOverHttp(http, target, sent),
    askTmdb: async (path) => {
      const headers = { Authorization: `Bearer ${token}` };
      return (await fetch(`${simulator.baseUrl}${path}`, { headers })).json() as Promise<Record<string, unknown>>;
    },
    stop: async () => {
      await stack.stop();
      await simulator.close();
    },
  };
}
