import { expect, it } from 'vitest';
import { startHandler } from '../../support/handler-file.ts';

const adapter = new URL('../../../src/shared/telemetry/powertools-telemetry.ts', import.meta.url).href;
const logger = import.meta.resolve('@aws-lambda-powertools/logger');

/** Two records of an event for each invocation: one of our own, and one of Powertools' `info`. */
const writesBoth = `
  import { Logger } from '${logger}';
  import { powertoolsTelemetry } from '${adapter}';
  const telemetry = powertoolsTelemetry('worker', 'TmdbPipeline');
  const theirs = new Logger({ serviceName: 'worker' });
  export const handler = async ({ events, correlationId }, context) => {
    telemetry.begin(context, correlationId);
    theirs.addContext(context);
    theirs.setCorrelationId(correlationId ?? context.awsRequestId);
    for (const { run, ...runEvent } of events) {
      telemetry.event(runEvent);
      theirs.info({ message: runEvent.event, ...(run && { correlation_id: run }), runEvent });
    }
    console.log('end of ' + events.length);
  };`;

it('a record of an event has the members that Powertools’ own would have, in the same order', async () => {
  const { invoke, line, lines } = startHandler(writesBoth);
  const call = { event: 'tmdb-call', runId: '0badcafe', jobId: '0badcafe/a', status: 200, latencyMs: 12.5 };
  await invoke({
    events: [
      { ...call, run: '0badcafe' },
      { event: 'records-left-out', kind: 'a "kind" – ä', count: 2 },
    ],
  });
  await line('end of 2');
  await invoke({ events: [{ event: 'rate-seen', ceilingPerSecond: null }], correlationId: '0badcafe 12345678' });
  await line('end of 1');
  const records = lines.filter((text) => text.startsWith('{"level"'));
  const withoutTime = records.map((text) =>
    text.replace(/"timestamp":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/, '"timestamp":""'),
  );
  expect(withoutTime).toHaveLength(6);
  for (let at = 0; at < withoutTime.length; at += 2) {
    expect(withoutTime[at]).toBe(withoutTime[at + 1]);
  }
  expect(withoutTime[0]).toContain('"function_request_id"');
});
