import { background } from '../../../src/reader/background.ts';
import { liveCalls, redactedLiveCalls } from '../../../src/reader/live-calls.ts';
import { pipelineRequests } from '../../../src/reader/pipeline-requests.ts';
import { createReader } from '../../../src/reader/reader.ts';
import type { Reader } from '../../../src/reader/reader-api.ts';
import { tokenRedactor } from '../../../src/shared/core/redact-token.ts';
import { redactedTelemetry } from '../../../src/shared/telemetry/telemetry.ts';
import { redactedBreakerStore } from '../../../src/shared/throttle/breaker-record.ts';
import { sharedBreaker } from '../../../src/shared/throttle/shared-breaker.ts';
import { portOf, senderOf } from './ports.ts';
import type { Ended, SimProcess } from './sim-process.ts';
import type { SimWorld } from './sim-world.ts';

/** Longer than any answer takes. */
const readTimeoutMs = 60_000;

/** A read as it went. Wall times are those of the reader's own clock. */
export type SeenRead<A> = {
  process: SimProcess;
  startedMs: number;
  endedMs: number;
  startedWallMs: number;
  endedWallMs: number;
  ended: Ended<A>;
};

/** The readers' containers; `onItem` is told of every page and title that one of them tries to send. */
export function simReaders(world: SimWorld, onItem: (process: string, body: string) => void) {
  const containers = new Map<number, { process: SimProcess; reader: Reader }>();
  const take = (place: number) => {
    const warm = containers.get(place);
    if (warm?.process.isAlive() && !warm.process.draws.chance(world.around.faults().coldStart / 4)) {
      return warm;
    }
    warm?.process.kill();
    const process = world.start('reader');
    const opened = { process, reader: openReader(process, world, (body) => onItem(process.name, body)) };
    containers.set(place, opened);
    return opened;
  };
  return {
    /** One read by the container at `place`, which is started where there is none. */
    read: async <A>(place: number, act: (reader: Reader) => Promise<A>): Promise<SeenRead<A>> => {
      const { process, reader } = take(place);
      const [startedMs, startedWallMs] = [world.clock.monotonicMs(), process.clock.nowMs()];
      const ended = await process.run(() => act(reader), readTimeoutMs);
      const [endedMs, endedWallMs] = [world.clock.monotonicMs(), process.clock.nowMs()];
      return { process, startedMs, startedWallMs, endedMs, endedWallMs, ended };
    },
  };
}

/** A reader as a container opens it. */
export function openReader(process: SimProcess, world: SimWorld, onItem: (body: string) => void): Reader {
  const { settings, tables, queues, plan } = world;
  const { watch, redact } = tokenRedactor();
  const telemetry = redactedTelemetry(world.telemetryOf(process), redact);
  const shared = { telemetry, clock: process.clock, settings };
  const behind = background(telemetry);
  const live = () =>
    liveCalls({
      ...shared,
      background: behind,
      tmdb: world.tmdb.portOf(process, settings.reader.live.timeoutMs, watch),
      schedule: tables.everybody.driver(process.clock, (item) => portOf(process, 'schedule', item)),
      share: tables.readers.driver(process.clock, (item) => portOf(process, 'share', item)),
      unknownIds: portOf(process, 'unknownIds', tables.unknownIds),
      breaker: sharedBreaker(
        redactedBreakerStore(portOf(process, 'breaker', tables.breaker), redact),
        settings.breaker,
        process.clock,
        (record) => telemetry.event({ event: 'breaker-changed', ...record }),
      ),
    });
  return createReader({
    ...shared,
    catalog: portOf(process, 'catalog', tables.catalog),
    background: behind,
    usage: portOf(process, 'usage', tables.usage),
    live: plan.world.live ? redactedLiveCalls(live(), redact) : undefined,
    pipeline: pipelineRequests({
      ...shared,
      leases: portOf(process, 'leases', tables.leases),
      jobs: senderOf(process, 'jobs', queues.jobs.queue),
      items: senderOf(process, 'items', queues.items.queue, onItem),
      background: behind,
    }),
  });
}
