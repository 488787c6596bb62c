import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { defaultDynamoEngine } from '../../../src/local/embedded-dynamodb.ts';
import { formatFailure } from './format-campaign.ts';
import { runCampaign } from './run-campaign.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const testMs = 120_000;

describe.skipIf(defaultDynamoEngine() !== 'dynoxide')('a campaign on real components', () => {
  it(
    'loses nothing in five rounds of kills, restarts and cuts',
    async () => {
      const report = await runCampaign({ rounds: 5, seed: 20261128 });
      expect(report.failure).toBeUndefined();
      expect(report).toMatchObject({ rounds: 5, seed: 20261128 });
      expect(report.jobs).toBeGreaterThan(0);
      expect(report.deliveries.pageDeliveries).toBeGreaterThanOrEqual(report.jobs);
      expect(report.calls).toBeGreaterThanOrEqual(report.jobs);
      const { kills } = report.faults;
      expect(kills.worker + kills.writer).toBeGreaterThan(0);
    },
    testMs,
  );

  it(
    'sees that a writer acknowledges what it does not apply',
    async () => {
      const report = await runCampaign({ rounds: 3, seed: 1, plant: 'writer-acknowledges-without-applying' });
      expect(report.failure).toMatchObject({ round: 1 });
      expect(report.failure?.violations[0]).toMatch(/^the table is not what the pages ask for/);
    },
    testMs,
  );

  it(
    'sees that a worker acknowledges what it does not fetch, and says how to see it again',
    async () => {
      const report = await runCampaign({ rounds: 3, seed: 1, plant: 'worker-acknowledges-without-fetching' });
      expect(report.failure).toMatchObject({ round: 1 });
      expect(report.failure?.violations[0]).toMatch(/^lost: no page of job [0-9a-f]{8}\//);
      expect(formatFailure(report)).toContain(
        'error: round 1 of seed 1 failed; again: npm run campaign -- --seed 1 --rounds 1\n',
      );
    },
    testMs,
  );
});

describe('the program of the campaign', () => {
  it('ends with 2 and one sentence when it is asked for what it does not know', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', main, '--rounds', 'many'],
      { encoding: 'utf8' },
    );
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: '',
      stderr: "error: --rounds is 'many': allowed are whole numbers from 1 to 10000\n",
    });
  });
});
