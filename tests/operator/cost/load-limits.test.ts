import { describe, expect, it } from 'vitest';
import { firstBottleneck, loadLimits, loadWarnings, readLimits } from '../../../src/operator/cost/load-limits.ts';
import { monthPlan } from '../../../src/operator/cost/month-plan.ts';
import { readLoad } from '../../../src/shared/cost/read-load.ts';
import { titleLoad } from '../../../src/shared/cost/title-cost.ts';
import { settingsFrom } from '../../../src/shared/settings/settings-overrides.ts';

/** The load of so many reads a second, with these settings. */
function asked(readsPerSecond: number, { cdn = false, lambdaQuota = 1_000, overrides = {} } = {}) {
  const settings = settingsFrom(JSON.stringify(overrides));
  const plan = monthPlan(settings, 'base');
  const titles = titleLoad(settings, 1_000, plan.lists);
  return { settings, plan, lambdaQuota, titles, reads: readLoad(readsPerSecond, { settings, lists: plan.lists, cdn }) };
}

const provisioned = { capacity: { mode: 'provisioned' } };

describe('limits of the load', () => {
  it('hold for the default plan with a thousand reads a day', () => {
    expect(loadWarnings(loadLimits(asked(1_000 / 86_400)))).toEqual([]);
  });

  it('let the writer keep up with the highest rate of calls, with no bound to how many run at once', () => {
    const limits = loadLimits(asked(0, { overrides: { tmdb: { requestsPerSecond: 40 } } }));
    const writes = limits.filter(({ name }) => name.startsWith('write units'));
    expect(writes.map(({ need, limit }) => [need, limit])).toEqual([
      // 40 calls of 28 and 8 write units: a table that is new bears 4,000 a second, a partition of its index 1,000.
      [40 * 36, 4_000],
      [40 * 8, 1_000],
    ]);
    expect(loadWarnings(limits)).toEqual([]);
  });

  it.each([
    [
      'the requests of functions',
      asked(10_001),
      /^requests to functions a second: 10000 of 10000, more than there are/,
    ],
    [
      'a new account',
      asked(1, { lambdaQuota: 10 }),
      /^concurrent executions: 9 of 10, with little room for peaks: ask/,
    ],
    [
      'the bound of the reader',
      asked(100, { overrides: { deployment: { reader: { reservedConcurrency: 5 } } } }),
      /^concurrent executions of the reader: \d+ of 5, more than there are: raise deployment\.reader/,
    ],
    [
      'provisioned reads',
      asked(5_000, { overrides: provisioned }),
      /^provisioned read units a second of the index: .*set/,
    ],
    ['the CDN', asked(300_000, { cdn: true }), /^requests to CloudFront a second: 300000 of 250000, more/],
    [
      'calls of TMDB',
      asked(0, {
        overrides: { tmdb: { requestsPerSecond: 0.1 }, regions: manyRegions(), feeds: { trending: { pages: 20 } } },
      }),
      /^calls of TMDB a day: .* raise tmdb\.requestsPerSecond, or configure fewer regions$/,
    ],
  ])('name what %s exceeds, and what to do', (_name, load, sentence) => {
    expect(loadWarnings(loadLimits(load)).filter((warning) => sentence.test(warning))).toHaveLength(1);
  });

  it('end first where the share is greatest', () => {
    expect(firstBottleneck(readLimits(asked(10_000))).name).toBe('requests to functions a second');
    expect(firstBottleneck(readLimits(asked(5_000, { overrides: provisioned }))).name).toMatch(
      /^provisioned read units/,
    );
  });
});

function manyRegions() {
  return [
    'US',
    'GB',
    'DE',
    'FR',
    'IT',
    'ES',
    'JP',
    'IN',
    'BR',
    'MX',
    'KR',
    'CA',
    'AU',
    'NL',
    'SE',
    'NO',
    'DK',
    'FI',
    'PL',
  ].flatMap((region) => ['en-US', 'de-DE', 'fr-FR'].map((language) => ({ region, language })));
}
