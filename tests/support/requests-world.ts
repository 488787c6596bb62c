import { background } from '../../src/reader/background.ts';
import { pipelineRequests, type RefreshLeases } from '../../src/reader/pipeline-requests.ts';
import type { Clock } from '../../src/shared/core/clock.ts';
import type { MessageSender } from '../../src/shared/queues/message-sender.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { memoryRefreshLeases } from './memory-refresh-leases.ts';
import { recordingQueue } from './recording-queue.ts';
import { recordingTelemetry } from './recording-telemetry.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

/** One pipeline's queues and leases, and as many readers' processes as a test opens. */
export function requestsWorld() {
  const clock: VirtualClock = virtualClock();
  const leases = memoryRefreshLeases();
  const [jobs, items] = [recordingQueue(), recordingQueue()];
  const telemetry = recordingTelemetry();
  return {
    clock,
    leases,
    jobs,
    items,
    telemetry,
    /** Requests of one process, and `settled`, which waits for what goes on behind them. */
    process: (over: { clock?: Clock; leases?: RefreshLeases; jobs?: MessageSender } = {}) => {
      const work = background(telemetry);
      const deps = { leases, jobs, items, background: work, telemetry, clock, settings: defaultSettings, ...over };
      return { ...pipelineRequests(deps), settled: work.settled };
    },
  };
}
