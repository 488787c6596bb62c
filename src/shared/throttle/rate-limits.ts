import { callSkewMs } from '../core/clock-skew.ts';
import type { Settings } from '../settings/settings.ts';
import type { RateLimits } from './rate-schedule.ts';

/** The limits of a schedule of `requestsPerSecond` (default: all of the settings' calls). */
export function rateLimitsOf(
  settings: Settings,
  requestsPerSecond: number = settings.tmdb.requestsPerSecond,
): RateLimits {
  const { rate, worker } = settings;
  const floorPerSecond = Math.min(rate.floorPerSecond, requestsPerSecond);
  // A batch takes slots within its invocation, and moves the end on by all of them; a pause moves it by its cap.
  const longestWaitMs = Math.max(worker.timeoutSeconds * 1_000, rate.pauseCapMs);
  const longestStepMs = (worker.batchSize / floorPerSecond) * 1_000;
  return { ...rate, requestsPerSecond, floorPerSecond, aheadCapMs: longestWaitMs + longestStepMs + callSkewMs };
}
