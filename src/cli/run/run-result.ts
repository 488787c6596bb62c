import { incompletenessOf, type ListEnds, listEndsOf } from '../../operator/runs/run-end.ts';
import type { JobCounts, Pacing, RunSummary } from '../../operator/runs/run-summary.ts';
import type { RunEnd, RunTracker } from '../../operator/runs/run-tracker.ts';
import { IncompleteRunError } from '../cli-context.ts';
import { title } from '../format-text.ts';

/**
 * Checks that a run is complete.
 * @throws IncompleteRunError that says in one sentence what was not done, and why; its document is the summary with `incomplete`.
 */
export function assertComplete(summary: RunSummary, end: RunEnd, tracker: RunTracker): void {
  const incomplete = incompletenessOf(summary, end, tracker);
  if (incomplete !== undefined) {
    const text = formatSummary(summary, undefined, listEndsOf(tracker.progress(summary.runId)));
    const code = incomplete.reason.replace('-', '_');
    throw new IncompleteRunError(code, incomplete.detail, { ...summary, incomplete }, text);
  }
}

/** A run's summary for people; `lists` that brought nothing are named. */
export function formatSummary(summary: RunSummary, pacing?: Pacing, lists?: ListEnds): string {
  const { jobs, titles, tmdb, rows, capacity } = summary;
  const { p50, p95, max } = tmdb.latencyMs;
  const seconds = (summary.durationMs / 1000).toFixed(1);
  const perMillion = (summary.estimatedCostUsd * 1e6).toFixed(0);
  return [
    title(
      `${summary.schedule} run ${summary.runId}: ${jobs.succeeded} of ${jobs.planned} jobs done after ${seconds} s`,
    ),
    line('jobs', countsText(jobs)),
    ...(titles.planned === 0 ? [] : [line('titles', countsText(titles))]),
    ...(lists === undefined ? [] : listLines(lists)),
    line(
      'TMDB',
      `${tmdb.requests} calls, ${tmdb.throttled} throttled, ${tmdb.retries} ${tmdb.retries === 1 ? 'retry' : 'retries'}; latency ${p50} / ${p95} / ${max} ms (p50 / p95 / max)`,
    ),
    ...(pacing === undefined ? [] : [line('pacing', pacingText(pacing))]),
    line(
      'list rows',
      `${rows.received} received: ${rows.written} written, ${rows.unchanged} unchanged, ${rows.superseded} superseded, ${rows.rejected} rejected`,
    ),
    line('capacity', `${capacity.writeUnits} write units, ${capacity.readUnits} read units`),
    line('cost on AWS', `about $${summary.estimatedCostUsd.toFixed(6)}, or $${perMillion} for a million such runs`),
  ].join('\n');
}

function countsText({ planned, succeeded, notFound, deferred, deadLettered, open }: JobCounts): string {
  const left = deferred === 0 ? `${open} open` : `${open} open (${deferred} deferred)`;
  return `${planned} planned, ${succeeded} succeeded, ${notFound} not found, ${left}, ${deadLettered} dead-lettered`;
}

function listLines({ notFound, empty, rejected }: ListEnds): string[] {
  const named = { 'not found': notFound, empty, unreadable: rejected };
  return Object.entries(named).flatMap(([name, feeds]) => (feeds.length === 0 ? [] : [line(name, feeds.join(', '))]));
}

function line(name: string, text: string): string {
  return `  ${name.padEnd(12)} ${text}`;
}

function pacingText({ highestPerSecond, slotWaitMs, deferrals }: Pacing): string {
  const waits = `${(slotWaitMs.total / 1000).toFixed(1)} s waited for slots, ${Math.round(slotWaitMs.max)} ms at most`;
  return `${highestPerSecond} calls in the busiest second; ${waits}; ${deferrals} ${deferrals === 1 ? 'deferral' : 'deferrals'}`;
}
