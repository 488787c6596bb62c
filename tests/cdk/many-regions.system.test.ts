import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { knownCountries } from '../../src/shared/core/places/known-places.ts';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import {
  type DeployedFunctions,
  deployedName,
  functionNames,
  startDeployedFunctions,
} from '../support/deployed-functions.ts';
import { functionUrlEvent } from '../support/function-url-event.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { fetchEvent } from '../support/tapped-worker.ts';

/** Lambda's limit for all variables of a function. */
const environmentBytes = 4_096;
const [outdir, workdir] = [scratchFolder(), scratchFolder()];
const regions = ['en-US', 'de-DE', 'fr-FR']
  .flatMap((language) => [...knownCountries].map((region) => ({ region, language })))
  .slice(0, 500);
let deployed: DeployedFunctions;

beforeAll(async () => {
  deployed = await startDeployedFunctions(outdir, workdir, 'token', { overrides: { regions }, sources: false });
});

afterAll(() => deployed?.stop(), 30_000);

describe('a deployment of 500 regions and languages', () => {
  it('leaves the functions’ variables as short as without any', () => {
    expect(regions).toHaveLength(500);
    for (const name of functionNames) {
      const { Variables } = deployed.template.one('AWS::Lambda::Function', name).Properties.Environment;
      // References become names and URLs; the text of a reference is about as long.
      expect(JSON.stringify(Variables).length, name).toBeLessThan(environmentBytes / 2);
    }
  });

  it('is planned as a whole, and every function starts on it', async () => {
    const { Planner, Worker, Writer, Reader } = deployed.functions;
    const occurrence = new Date(systemClock.nowMs() - 1_000).toISOString();
    const started = await Planner.invoke({ kind: 'schedule', version: 1, schedule: 'daily', occurrence });
    const held = deployed.sqs.inspect(deployedName('tmdb-fetch')).map(({ body }) => body);
    expect(started).toMatchObject({ jobs: held.length, duplicate: false });
    const planned = new Set(
      held.map((body) => JSON.parse(body).feed).map(({ region, language }) => `${region}/${language}`),
    );
    expect([...planned].sort()).toEqual(
      ['global/en-US', ...regions.map(({ region, language }) => `${region}/${language}`)].sort(),
    );
    const none = { batchItemFailures: [] };
    expect(await Worker.invoke(fetchEvent(held.at(-1) ?? ''))).toEqual(none);
    expect(await Writer.invoke({ Records: [] })).toEqual(none);
    expect(await Reader.invoke(functionUrlEvent('/v1/lists/popular/movie?region=FR&language=fr-FR'))).toMatchObject({
      statusCode: 200,
    });
  });
});
