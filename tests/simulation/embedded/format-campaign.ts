import type { CampaignReport } from './run-campaign.ts';

/** A campaign's report for people; of a failure the round, the seed and the command to repeat it come last. */
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
  return `${[...lines, ...outcomeOf(report)].join('\n')}\n`;
}

function outcomeOf({ failure, seed }: CampaignReport): string[] {
  if (failure === undefined) {
    return ['nothing lost, nothing wrong'];
  }
  return [
    ...failure.violations.slice(0, 20),
    `failed in round ${failure.round} with seed ${seed}; again: npm run campaign -- --seed ${seed} --rounds ${failure.round}`,
  ];
}

function listed(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
