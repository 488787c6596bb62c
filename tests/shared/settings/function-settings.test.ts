import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { functionSettings, functionSettingsFile } from '../../../src/shared/settings/function-settings.ts';
import { defaultSettings } from '../../../src/shared/settings/settings.ts';
import { settingsFrom } from '../../../src/shared/settings/settings-overrides.ts';

describe('the settings file of a function', () => {
  it('holds all settings but those of the deployment, whose defaults stand in it', () => {
    const overrides = fc.record(
      {
        tmdb: fc.record({ requestsPerSecond: fc.integer({ min: 1, max: 40 }) }),
        regions: fc.constantFrom([], [{ region: 'DE', language: 'de-DE' }], [{ region: 'JP', language: 'ja-JP' }]),
        capacity: fc.record({ mode: fc.constantFrom('on-demand', 'provisioned') }),
        titleFigureStep: fc.double({ min: 0.01, max: 1, noNaN: true }),
        deployment: fc.record({ alarmEmail: fc.constant('ops@example.com') }, { requiredKeys: [] }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(overrides, (over) => {
        const settings = settingsFrom(JSON.stringify(over));
        const file = functionSettingsFile(settings);
        expect(JSON.parse(file)).toEqual({ ...settings, deployment: defaultSettings.deployment });
        expect(file).not.toContain('@');
      }),
    );
  });

  it('must be there: without it a function does not start on other settings than it was deployed with', () => {
    expect(() => functionSettings()).toThrow(
      /^the function has no usable settings\.json beside its code: deploy the whole folder/,
    );
  });
});
