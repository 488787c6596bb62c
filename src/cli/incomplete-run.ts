import { PipelineError } from '../shared/errors.ts';
import type { RunEnd } from './await-run.ts';
import { formatSummary } from './format-summary.ts';
import type { RunSummary } from './run-summary.ts';

/** Why a run left jobs undone, and which. */
export type Incompleteness = {
  reason: Exclude<RunEnd['reason'], 'done'> | 'dead-letters';
  detail: string;
  jobs: string[];
};

/** A run that left jobs undone: its summary is printed all the same, with the reason in it. */
export class IncompleteRunError extends PipelineError {
  readonly summary: RunSummary & { incomplete: Incompleteness };
  readonly text: string;

  constructor(summary: RunSummary, incomplete: Incompleteness) {
    super(incomplete.reason.replace('-', '_'), incomplete.detail);
    this.summary = { ...summary, incomplete };
    this.text = formatSummary(summary);
  }
}

const jobsNamed = 5;

/**
 * Checks that a run is complete.
 * @throws IncompleteRunError saying in one sentence what was not done, and why.
 */
export function assertComplete(summary: RunSummary, end: RunEnd, tokenRejection: string | undefined): void {
  const { planned, deadLettered } = summary.jobs;
  const open = `${end.open} of ${planned} jobs`;
  const named = end.openJobs.slice(0, jobsNamed).join(', ');
  const names = end.openJobs.length > jobsNamed ? `${named} and ${end.openJobs.length - jobsNamed} more` : named;
  switch (end.reason) {
    case 'token-rejected': {
      const detail = `TMDB rejected the token (${tokenRejection}) and ${open} were not fetched: set TMDB_API_TOKEN to a valid API Read Access Token`;
      throw new IncompleteRunError(summary, { reason: end.reason, detail, jobs: end.openJobs });
    }
    case 'timed-out': {
      const detail = `${open} were still open when the time was up (see --timeout): ${names || 'none of them on a queue'}`;
      throw new IncompleteRunError(summary, { reason: end.reason, detail, jobs: end.openJobs });
    }
    case 'interrupted': {
      const detail = `interrupted with ${open} still open`;
      throw new IncompleteRunError(summary, { reason: end.reason, detail, jobs: end.openJobs });
    }
    case 'done':
      if (deadLettered > 0) {
        const detail = `${deadLettered} of ${planned} jobs ended in a dead-letter queue`;
        throw new IncompleteRunError(summary, { reason: 'dead-letters', detail, jobs: end.deadLetteredJobs });
      }
  }
}
