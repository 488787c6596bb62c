/**
 * All alarms: at most ten, with one metric each, since CloudWatch bills each metric of an alarm and ten are free. `section` is the heading
 * in docs/operations.md that says what to do.
 */
export const alarmLedger = {
  FetchDeadLetters: {
    says: 'Fetch jobs became dead letters, or triggers of the planner reached nobody or failed',
    section: 'fetch-dead-letters',
  },
  ItemDeadLetters: { says: 'Pages could not be written', section: 'item-dead-letters' },
  FetchQueueAge: { says: 'A fetch job has waited for more than half an hour', section: 'fetch-queue-age' },
  ItemQueueAge: { says: 'A page has waited for the writer for more than half an hour', section: 'item-queue-age' },
  PlannerHeartbeat: { says: 'The planner has not been invoked', section: 'planner-heartbeat' },
  BreakerOpen: {
    says: 'The breaker is open: TMDB fails, or rejects the token, and no calls are made',
    section: 'breaker-open',
  },
  WriteThrottles: { says: 'DynamoDB throttles the writer', section: 'write-throttles' },
  HitRatio: { says: 'The hit ratio of reads is below 90 %', section: 'hit-ratio' },
  ReaderErrors: {
    says: 'The reader fails: invocations end in an error, a time-out or before its code has started',
    section: 'reader-errors',
  },
  ReaderThrottles: { says: 'Lambda refuses invocations of the reader', section: 'reader-throttles' },
} as const satisfies Record<string, { says: string; section: string }>;

/** An alarm's name. */
export type AlarmName = keyof typeof alarmLedger;

/** The description in the alarm's e-mail: what is wrong, and a link to what to do. */
export function alarmDescription(name: AlarmName, runbookUrl: string | undefined): string {
  const { says, section } = alarmLedger[name];
  return `${says}. Runbook: ${runbookUrl ?? 'docs/operations.md'}#${section}`;
}
