import type { Clock } from '../shared/core/clock.ts';
import { takeEnvironment } from '../shared/core/env.ts';
import { UsageError } from '../shared/core/errors.ts';
import { systemClock } from '../shared/core/system-clock.ts';
import type { Settings } from '../shared/settings/settings.ts';
import { settingsFromFile } from '../shared/settings/settings-file.ts';
import { type CliOutput, terminalOutput } from './cli-output.ts';

/** Options that every command takes. */
export type CommonOptions = { json?: boolean; verbose?: boolean; settings?: string };

/** What every command works with. */
export type CliContext = {
  output: CliOutput;
  clock: Clock;
  settings: Settings;
  environment: Readonly<Record<string, string | undefined>>;
};

/** Reads settings file and environment. @throws UsageError when either is not understood. */
export function cliContext(options: CommonOptions): CliContext {
  const environment = takeEnvironment(['TMDB_API_TOKEN']);
  const settings = settingsFromFile(options.settings);
  return {
    output: terminalOutput({ json: options.json === true, verbose: options.verbose === true }),
    clock: systemClock,
    settings: withRate(settings, environment.TMDB_REQUESTS_PER_SECOND),
    environment,
  };
}

function withRate(settings: Settings, text: string | undefined): Settings {
  if (text === undefined || text === '') {
    return settings;
  }
  const requestsPerSecond = Number(text);
  if (!(requestsPerSecond >= 0.1 && requestsPerSecond <= 40)) {
    throw new UsageError(`TMDB_REQUESTS_PER_SECOND is '${text.slice(0, 40)}': allowed are numbers from 0.1 to 40`);
  }
  return { ...settings, tmdb: { ...settings.tmdb, requestsPerSecond } };
}
