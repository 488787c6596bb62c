/**
 * What a whole title costs: this pipeline's worker and writer beside storing each raw answer as an item, and beside one call for each language.
 * Each subject brings the same titles into a table of its own of one dynoxide, from the same answers.
 */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { systemClock } from '../src/shared/core/system-clock.ts';
import { controlTable } from '../src/shared/tables/table-definitions.ts';
import type { TmdbPort } from '../src/shared/tmdb/tmdb-port.ts';
import { type BenchReport, benchEnvironment } from './bench-report.ts';
import { type BenchSelection, chosenParts } from './bench-selection.ts';
import { meterCapacity } from './capacity-meter.ts';
import { withTables } from './emulated-services.ts';
import { type TitleTrial, titleResults, titleTargets } from './titles/title-figures.ts';
import { type Stored, type TitleSubject, titleSubjects } from './titles/title-subjects.ts';
import {
  requestText,
  type TitleWorld,
  titleWorldNames,
  titleWorlds,
  tmdbOf,
  wholeRequestOf,
} from './titles/title-worlds.ts';

const warmUpTitles = 100;

/** Runs the comparison. @throws where dynoxide is not installed: only it counts capacity as DynamoDB does. */
export async function benchTitles(selection: BenchSelection): Promise<BenchReport> {
  const worlds = await titleWorlds(chosenParts(titleWorldNames, selection));
  const tables = [controlTable, ...titleSubjects.map(({ table }) => table)];
  const [first] = worlds;
  if (first !== undefined) {
    // The first to be measured would pay for code that is not compiled yet.
    const some = { ...first, titles: first.titles.slice(0, warmUpTitles) };
    await withTables(tables, (client) => playWorld(some, client));
  }
  const trials: TitleTrial[] = [];
  for (const world of worlds) {
    trials.push(...(await withTables(tables, (client) => playWorld(world, client))));
  }
  return {
    bench: 'titles',
    method: method(worlds),
    environment: benchEnvironment({ dynoxide: '1.2.1' }),
    results: trials.flatMap(titleResults),
    targets: titleTargets(trials),
  };
}

async function playWorld(world: TitleWorld, client: DynamoDBDocumentClient): Promise<TitleTrial[]> {
  const trials: TitleTrial[] = [];
  for (const subject of titleSubjects) {
    trials.push(await play(subject, world, client));
  }
  return trials;
}

async function play(subject: TitleSubject, world: TitleWorld, client: DynamoDBDocumentClient): Promise<TitleTrial> {
  const { titles, answers } = world;
  const meter = meterCapacity(client);
  const puts: Stored[] = [];
  let calls = 0;
  const own = tmdbOf(world);
  const tmdb: TmdbPort = {
    get: (request) => {
      calls += 1;
      return own.get(request);
    },
  };
  const [startedMs, cpu] = [systemClock.monotonicMs(), process.cpuUsage()];
  await subject.write(client, tmdb, titles, (put) => puts.push(put));
  const [tookMs, { user, system }] = [systemClock.monotonicMs() - startedMs, process.cpuUsage(cpu)];
  const answerBytes = titles.reduce(
    (sum, title) => sum + (answers.get(requestText(wholeRequestOf(title)))?.length ?? 0),
    0,
  );
  return {
    world: world.name,
    subject: subject.name,
    titles: titles.length,
    calls,
    answerBytes,
    tookMs,
    cpuMs: (user + system) / 1_000,
    readUnits: meter.readUnits,
    puts,
  };
}

function method(worlds: readonly TitleWorld[]): string {
  return [
    `whole titles with five countries (US, GB, DE, FR, JP) and four languages, of ${worlds.map(({ name, titles }) => `${titles.length} ${name}`).join(', ')}; each subject writes into a table of its own of one dynoxide, units as it reports them; TMDB's answers come from memory, so that no time is the network's`,
    "simulated: 700 films and 300 series of the simulator, as it answers; at TMDB's sizes: the same with persons, languages and countries added that nobody keeps, until each part is as large as the recorded one of a well-known title; recorded: three titles put together of recorded parts, where ../shared has them",
    'this pipeline: batches of 50 jobs through the worker with the shared rate and breaker on dynoxide, then batches of 10 messages through the writer; a call for each language: the same, with a job for the whole title in the default language and one for the card in each other; each raw answer as an item: PutItem of the JSON as it came, in items of up to 390 KB, also packed by gzip, 16 at a time',
    "the read units are those of the writer's look at what is there and of the rate's item; a raw answer is written blindly",
  ].join('; ');
}
