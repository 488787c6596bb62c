import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { overridesOf, settingsFrom } from '../../../src/shared/settings/settings-overrides.ts';

describe('the overrides of settings', () => {
  it('are none for the defaults', () => {
    expect(overridesOf(defaultSettings)).toBe('{}');
  });

  it('make the same settings again, but for the deployment', () => {
    const overrides = fc.record(
      {
        tmdb: fc.record({ requestsPerSecond: fc.integer({ min: 1, max: 40 }) }),
        regions: fc.constantFrom([], [{ region: 'DE', language: 'de-DE' }], [{ region: 'JP', language: 'ja-JP' }]),
        capacity: fc.record({ mode: fc.constantFrom('on-demand', 'provisioned') }),
        titleFigureStep: fc.constantFrom(0.1, 0.2),
        deployment: fc.record({ alarmEmail: fc.constant('ops@example.com') }, { requiredKeys: [] }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(overrides, (over) => {
        const settings = settingsFrom(JSON.stringify(over));
        const again = settingsFrom(overridesOf(settings));
        expect(again).toEqual({ ...settings, deployment: defaultSettings.deployment });
        expect(overridesOf(settings)).not.toContain('@');
      }),
    );
  });

  it('fit into the environment of a function with dozens of regions: it holds four kilobytes', () => {
    const regions =
      'DE JP IN GB FR IT ES PT BR MX KR SE NO DK FI PL NL BE AT CH CZ GR HU IE RO TR UA ZA NG EG AR CL CO PE'
        .split(' ')
        .map((region) => ({ region, language: 'en-US' }));
    const settings = settingsFrom(JSON.stringify({ regions }));
    expect(Buffer.byteLength(overridesOf(settings))).toBeLessThan(3_000);
  });
});
