import { describe, expect, it } from 'vitest';
import { writersAtMost } from '../../../src/shared/settings/event-source-pollers.ts';
import { settingsFrom } from '../../../src/shared/settings/settings-overrides.ts';

describe('writers at once', () => {
  it.each([
    ['{}', undefined],
    ['{"writer":{"maximumConcurrency":4}}', 4],
    ['{"capacity":{"mode":"provisioned"}}', 2],
    ['{"capacity":{"mode":"provisioned"},"writer":{"maximumConcurrency":3}}', 3],
  ])('%s: %s', (overrides, most) => {
    expect(writersAtMost(settingsFrom(overrides))).toBe(most);
  });

  it('are too many for provisioned units where a batch could not be written in time', () => {
    const many = '{"capacity":{"mode":"provisioned"},"writer":{"maximumConcurrency":20}}';
    expect(() => settingsFrom(many)).toThrow(/writer\.batchSize: a batch would take longer/);
    expect(() => settingsFrom(many.replace('provisioned', 'on-demand'))).not.toThrow();
  });
});
