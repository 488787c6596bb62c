import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/shared/core/system-clock.ts';
import { perJob } from '../../../src/shared/cost/month-cost.ts';
import { logBytes, perRead, platformLogBytes } from '../../../src/shared/cost/read-load.ts';
import { gatherSeconds } from '../../../src/shared/telemetry/gathered-metrics.ts';
import { type DeployedFunctions, type FunctionName, startDeployedFunctions } from '../../support/deployed-functions.ts';
import { functionUrlEvent } from '../../support/function-url-event.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { until } from '../../support/until.ts';

/** Bytes that CloudWatch Logs adds to each record. Source: PutLogEvents, November 2026. */
const recordBytes = 26;
const dailyJobs = 7;
const [outdir, workdir] = [scratchFolder(), scratchFolder()];
let deployed: DeployedFunctions;

/** What the functions have logged so far, as CloudWatch counts it; notices of the SDK about the emulators' addresses apart. */
function loggedBytes(...names: FunctionName[]): number {
  return names
    .flatMap((name) => deployed.functions[name].lines)
    .filter((line) => line.startsWith('{'))
    .reduce((sum, line) => sum + Buffer.byteLength(line) + recordBytes, 0);
}

async function readList(): Promise<{ headers: Record<string, string>; body: string }> {
  const event = functionUrlEvent('/v1/lists/popular/movie?limit=20', { 'accept-encoding': 'gzip' });
  return (await deployed.functions.Reader.invoke(event)) as { headers: Record<string, string>; body: string };
}

beforeAll(async () => {
  deployed = await startDeployedFunctions(outdir, workdir, 'token-of-the-log-test');
  const { template, functions } = deployed;
  const { Target } = template.one('AWS::Scheduler::Schedule', 'Triggersdaily').Properties;
  const occurrence = new Date(systemClock.nowMs() - 1_000).toISOString();
  await functions.Planner.invoke(JSON.parse(Target.Input.replace('<aws.scheduler.scheduled-time>', occurrence)));
  await until('the pages of the daily run are applied', () => {
    const applied = functions.Writer.lines.filter((line) => line.includes('"event":"page-applied"'));
    return applied.length === dailyJobs;
  });
});

afterAll(() => deployed?.stop(), 30_000);

describe('the bytes that the cost model counts, held to those of the bundles', () => {
  it('are what planner, worker and writer log of a job', () => {
    const bytes = loggedBytes('Planner', 'Worker', 'Writer') / dailyJobs;
    expect(bytes).toBeLessThanOrEqual(perJob.logBytes);
    expect(bytes).toBeGreaterThan(perJob.logBytes / 2);
  });

  it('are what the reader logs of reads, in the records of their containers', async () => {
    const reads = 30;
    await readList();
    const [before, startedMs] = [loggedBytes('Reader'), systemClock.monotonicMs()];
    for (let n = 0; n < reads; n += 1) {
      await readList();
    }
    const seconds = (systemClock.monotonicMs() - startedMs) / 1_000;
    const bytes = loggedBytes('Reader') - before;
    const modelled = logBytes(reads, 1 + seconds / perRead.secondsPerRecord);
    expect(perRead.secondsPerRecord).toBe(gatherSeconds);
    // Their record may be written after them.
    expect(bytes).toBeLessThanOrEqual(modelled);
  });

  it('are those of the response: a list of twenty, compressed, with its headers', async () => {
    const { headers, body } = await readList();
    const headerBytes = Object.entries(headers).reduce((sum, [name, value]) => sum + `${name}: ${value}\r\n`.length, 0);
    // Lambda adds its date, ids of the request and of the trace, and the connection.
    const bytes = Buffer.from(body, 'base64').length + headerBytes + 250;
    expect(headers['content-encoding']).toBe('gzip');
    expect(bytes).toBeLessThanOrEqual(perRead.answerBytes);
    expect(bytes).toBeGreaterThan(perRead.answerBytes / 2);
  });

  it('are those of Lambda’s own three lines, as it writes them', () => {
    const id = '8f507cfc-xmpl-4697-b07a-ac58fc914c95';
    const report = `REPORT RequestId: ${id}\tDuration: 1500.35 ms\tBilled Duration: 1501 ms\tMemory Size: 512 MB\tMax Memory Used: 128 MB\tInit Duration: 450.10 ms\t\n`;
    const lines = [`START RequestId: ${id} Version: $LATEST\n`, `END RequestId: ${id}\n`, report];
    const bytes = lines.reduce((sum, line) => sum + line.length + recordBytes, 0);
    expect(bytes).toBeLessThanOrEqual(platformLogBytes + 40);
    expect(bytes).toBeGreaterThan(platformLogBytes - 40);
  });
});
