import type { CampaignReport } from './run-campaign.ts';

const shownViolations = 20;

/** What a campaign did, for people. */
export function formatCampaign(report: CampaignReport): string {
  const { faults, deliveries } = report;
  const lines = [
    `${report.rounds} rounds in ${report.seconds.toFixed(0)} s (the longest ${report.longestRoundSeconds.toFixed(1)} s), seed ${report.seed}`,
    `${report.runs} runs, ${report.jobs} jobs, ${report.calls} calls of TMDB, at most ${report.maxCallsInAnySecond} in a second, ${report.rows} rows`,
    `killed: ${listed(faults.kills)}; ${faults.killsAtWork} of them at work`,
    `cut: ${listed(faults.cuts)}`,
    `restarted: ${listed(faults.restarts)}`,
    `delivered: ${deliveries.jobDeliveries} jobs, ${deliveries.pageDeliveries} pages, ${deliveries.failedBatches} batches failed, ${report.deferrals} deferrals, ${report.replayed} dead letters replayed`,
  ];
  return `${[...lines, ...(report.failure === undefined ? ['nothing lost, nothing wrong'] : [])].join('\n')}\n`;
}

/** Of a failed campaign what was wrong and how to see it again; otherwise nothing. */
export function formatFailure({ failure, seed }: CampaignReport): string {
  if (failure === undefined) {
    return '';
  }
  const { round, violations } = failure;
  const again = `npm run campaign -- --seed ${seed} --rounds ${round}`;
  return `${[...violations.slice(0, shownViolations), `error: round ${round} of seed ${seed} failed; again: ${again}`].join('\n')}\n`;
}

function listed(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
