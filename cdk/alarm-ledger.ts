/**
 * Every alarm there is: ten at the most, one metric each, since CloudWatch bills each metric in an alarm and ten are free.
 * `section` is the heading in docs/operations.md that says what to do.
 */
export const alarmLedger = {
  FetchDeadLetters: { says: 'Fetch jobs have been given up', section: 'fetch-dead-letters' },
  ItemDeadLetters: { says: 'Pages could not be written', section: 'item-dead-letters' },
  UndeliveredTriggers: { says: 'A schedule or an event did not reach the planner', section: 'undelivered-triggers' },
  PlannerFailures: { says: 'The planner failed on every try', section: 'planner-failures' },
  FetchQueueAge: { says: 'Fetch jobs wait for long', section: 'fetch-queue-age' },
  ItemQueueAge: { says: 'Pages wait for long', section: 'item-queue-age' },
  PlannerHeartbeat: { says: 'The planner has not been invoked', section: 'planner-heartbeat' },
  BreakerOpen: { says: 'No calls are made: TMDB fails, or the token is rejected', section: 'breaker-open' },
  WriteThrottles: { says: 'DynamoDB throttles the writer', section: 'write-throttles' },
  HitRatio: { says: 'Readers miss the cache', section: 'hit-ratio' },
} as const satisfies Record<string, { says: string; section: string }>;

/** An alarm's name. */
export type AlarmName = keyof typeof alarmLedger;

/** The description that an operator reads in the e-mail: what is wrong, and where it says what to do. */
export function alarmDescription(name: AlarmName, runbookUrl: string | undefined): string {
  const { says, section } = alarmLedger[name];
  return `${says}. Runbook: ${runbookUrl ?? 'docs/operations.md'}#${section}`;
}
