import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alarmLedger } from '../../cdk/alarm-ledger.ts';
import { changeBreaker } from '../../src/operator/breaker-by-hand.ts';
import { systemClock } from '../../src/shared/core/system-clock.ts';
import { defaultSettings } from '../../src/shared/settings/settings.ts';
import { dynamoClient } from '../../src/shared/tables/aws-clients.ts';
import { dynamoBreakerStore } from '../../src/shared/throttle/dynamo-breaker-store.ts';
import { type AlarmRule, alarmRules, metricKey, type Sample, statesOf } from '../support/alarm-rules.ts';
import { type DeployedFunctions, functionNames, startDeployedFunctions } from '../support/deployed-functions.ts';
import { emfDocumentSchema } from '../support/emf-schema.ts';
import { functionUrlEvent } from '../support/function-url-event.ts';
import type { PipelineTemplate } from '../support/pipeline-template.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { physicalName } from '../support/template-values.ts';
import { until } from '../support/until.ts';
import { dayMinutes, quietDay, type WatchedDay } from '../support/watched-day.ts';

const [outdir, workdir] = [scratchFolder(), scratchFolder()];
const minuteMs = 60_000;
/** Alarms are watched on the second of two days, so that what is missing before the first does not count. */
const [firstDayMs, dayMs] = [Date.UTC(2026, 10, 23), Date.UTC(2026, 10, 24)];
const tenOClock = 600;

let deployed: DeployedFunctions;
let template: PipelineTemplate;
let rules: AlarmRule[];
/** Values of the own metrics, as the bundles wrote them: jobs that found the breaker closed and open, a hit and a miss. */
let written: Record<'closed' | 'open' | 'hit' | 'miss', Omit<Sample, 'atMs'>>;

/** A record has one value, a list, or values with their counts. */
function valuesIn(written: unknown): unknown[] {
  const { Values } = Object(written) as { Values?: unknown[] };
  return Values ?? [written].flat();
}

/** Every value of every metric that the functions wrote so far. */
function emittedSamples(): Omit<Sample, 'atMs'>[] {
  const lines = functionNames.flatMap((name) => deployed.functions[name].lines);
  return lines
    .filter((line) => line.includes('"_aws"'))
    .flatMap((line) => {
      const document = emfDocumentSchema.parse(JSON.parse(line));
      return document._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions: [names = []], Metrics }) => {
        const dimensions = Object.fromEntries(names.map((name) => [name, String(document[name])]));
        return Metrics.flatMap(({ Name }) =>
          valuesIn(document[Name]).map((value) => ({
            metric: metricKey(Namespace, Name, dimensions),
            value: Number(value),
          })),
        );
      });
    });
}

/** The metric with this value once the functions have written it; `again` is called until then. */
async function emitted(name: string, value: number, again: () => Promise<unknown>): Promise<Omit<Sample, 'atMs'>> {
  const find = () => emittedSamples().find((one) => one.metric.includes(` ${name} `) && one.value === value);
  await until(`${name} is ${value}`, async () => {
    await again();
    return find() !== undefined;
  });
  return find() as Omit<Sample, 'atMs'>;
}

async function setBreaker(state: 'open' | 'closed'): Promise<void> {
  const client = dynamoClient({ endpoint: deployed.dynamodb, region: 'us-east-1' });
  const table = physicalName(template.one('AWS::DynamoDB::Table', 'TablesControl').id, template.resources);
  const store = dynamoBreakerStore(client, table);
  await changeBreaker({ state, who: 'test', why: 'a test' }, store, defaultSettings, systemClock);
  client.destroy();
}

beforeAll(async () => {
  deployed = await startDeployedFunctions(outdir, workdir, 'token');
  ({ template } = deployed);
  rules = alarmRules(template);
  const { functions } = deployed;
  const occur = (name: string, agoMs: number) => {
    const { Target } = template.one('AWS::Scheduler::Schedule', `Triggers${name}`).Properties;
    const occurrence = new Date(systemClock.nowMs() - agoMs).toISOString();
    return functions.Planner.invoke(JSON.parse(Target.Input.replace('<aws.scheduler.scheduled-time>', occurrence)));
  };
  const read = (path: string) => functions.Reader.invoke(functionUrlEvent(`/v1/lists/${path}`));
  const nothing = async () => undefined;
  await occur('daily', 1_000);
  const closed = await emitted('BreakerOpen', 0, nothing);
  const hit = await emitted('CacheHit', 1, () => read('popular/movie'));
  await setBreaker('open');
  await occur('weekly', 2_000);
  const open = await emitted('BreakerOpen', 1, nothing);
  const miss = await emitted('CacheHit', 0, () => read('popular/movie?region=FR&language=fr-FR'));
  written = { closed, hit, open, miss };
}, 180_000);

afterAll(() => deployed?.stop(), 30_000);

/** Two quiet days with `readsADay`, and what happens beside on the second. `isOn`: whether something happens as usual then. */
function samplesOf(
  happens: (day: WatchedDay) => void,
  readsADay = 1_000,
  isOn: (what: 'planner' | 'reader', minute: number) => boolean = () => true,
): Sample[] {
  const before = quietDay(template, firstDayMs, readsADay, written);
  const day = quietDay(template, dayMs, readsADay, written, isOn);
  happens(day);
  return [...before.samples, ...day.samples];
}

/** Names of alarms that are raised on the second day, and for how many minutes. CloudWatch does not say how far it looks back. */
function raised(samples: readonly Sample[], morePeriods: number): Record<string, number> {
  const span = { fromMs: firstDayMs, toMs: dayMs + dayMinutes * minuteMs };
  const minutesOf = (rule: AlarmRule) =>
    statesOf(rule, samples, span, morePeriods).filter(({ atMs, state }) => atMs > dayMs && state === 'ALARM').length *
    (rule.periodMs / minuteMs);
  return Object.fromEntries(
    rules.map((rule) => [rule.name, minutesOf(rule)] as const).filter(([, minutes]) => minutes > 0),
  );
}

const expectRaised = (samples: readonly Sample[], names: readonly string[]) => {
  for (const morePeriods of [0, 1, 2, 5]) {
    expect(Object.keys(raised(samples, morePeriods)).sort(), `${morePeriods} periods more`).toEqual([...names].sort());
  }
};

const queueId = (prefix: string) => template.one('AWS::SQS::Queue', prefix).id;
const sourceOf = (name: string) =>
  template.one('AWS::Lambda::EventSourceMapping', name).Properties.EventSourceArn['Fn::GetAtt'][0] as string;

describe('on a quiet day', () => {
  it.each([1_000, 24, 1, 0])('with %d reads no alarm is raised', (readsADay) => {
    expectRaised(
      samplesOf(() => undefined, readsADay),
      [],
    );
  });

  it('a single read of hundreds that fails, and a put that is refused now and then, raise none', () => {
    const samples = samplesOf((day) => {
      day.invoked('Reader', tenOClock, 'failed');
      for (let minute = 0; minute < dayMinutes; minute += 30) {
        day.throttledPuts(template.one('AWS::DynamoDB::Table', 'TablesCatalog').id, minute, 10);
      }
    }, 100_000);
    expectRaised(samples, []);
  });

  it('of a new stack, one is: the planner’s, until the first occurrence', () => {
    const { samples } = quietDay(template, dayMs, 0, written, (_what, minute) => minute >= 480);
    const heartbeat = rules.find(({ name }) => name === 'PlannerHeartbeat') as AlarmRule;
    const states = statesOf(heartbeat, samples, { fromMs: dayMs, toMs: dayMs + dayMinutes * minuteMs });
    expect(states.filter(({ state }) => state === 'ALARM').map(({ atMs }) => (atMs - dayMs) / 3_600_000)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8,
    ]);
  });
});

/** What goes wrong at ten o'clock, the alarms that hear it, and what of the day does not happen then. */
type Trouble = {
  happens?: (day: WatchedDay) => void;
  isOn?: (what: 'planner' | 'reader', minute: number) => boolean;
  readsADay?: number;
  hears: (keyof typeof alarmLedger)[];
};

const everyMinute = (act: (minute: number) => void, minutes = 60) => {
  for (let minute = tenOClock; minute < tenOClock + minutes; minute += 1) {
    act(minute);
  }
};
/** A consumer that fails on every delivery: SQS leaves a message that it has shown three times out of the age, and then moves it. */
const consumerDies = (day: WatchedDay, name: 'Worker' | 'Writer', queue: string, deadLetters: string) => {
  const { VisibilityTimeout, RedrivePolicy } = template.one('AWS::SQS::Queue', queue).Properties;
  const againMinutes = VisibilityTimeout / 60;
  for (let receive = 0; receive < RedrivePolicy.maxReceiveCount; receive += 1) {
    day.invoked(name, tenOClock + receive * againMinutes, 'failed');
  }
  day.waits(queueId(queue), tenOClock, 3 * againMinutes);
  day.visible(queueId(deadLetters), tenOClock + RedrivePolicy.maxReceiveCount * againMinutes);
};

const troubles: Record<string, Trouble> = {
  'a job is dead-lettered': {
    happens: (day) => day.visible(queueId('FetchDeadLetters'), tenOClock),
    hears: ['FetchDeadLetters'],
  },
  'a page is dead-lettered': {
    happens: (day) => day.visible(queueId('ItemsDeadLetters'), tenOClock),
    hears: ['ItemDeadLetters'],
  },
  'the scheduler reaches nobody': {
    happens: (day) => {
      const { Target } = template.one('AWS::Scheduler::Schedule', 'Triggersdaily').Properties;
      day.visible(Target.DeadLetterConfig.Arn['Fn::GetAtt'][0], tenOClock);
    },
    hears: ['FetchDeadLetters'],
  },
  'the event bus reaches nobody': {
    happens: (day) => {
      const [target] = template.one('AWS::Events::Rule', '').Properties.Targets;
      day.visible(target.DeadLetterConfig.Arn['Fn::GetAtt'][0], tenOClock);
    },
    hears: ['FetchDeadLetters'],
  },
  'the planner fails on every attempt': {
    happens: (day) => {
      const { DestinationConfig } = template.one('AWS::Lambda::EventInvokeConfig', 'Planner').Properties;
      everyMinute((minute) => day.invoked('Planner', minute, 'failed'), 3);
      day.visible(DestinationConfig.OnFailure.Destination['Fn::GetAtt'][0], tenOClock + 3);
    },
    hears: ['FetchDeadLetters'],
  },
  'the worker takes nothing': {
    happens: (day) => day.waits(sourceOf('Worker'), tenOClock, 60),
    hears: ['FetchQueueAge'],
  },
  'the writer takes nothing': {
    happens: (day) => day.waits(sourceOf('Writer'), tenOClock, 60),
    hears: ['ItemQueueAge'],
  },
  'the worker dies while it starts': {
    happens: (day) => consumerDies(day, 'Worker', 'FetchQueue', 'FetchDeadLetters'),
    hears: ['FetchDeadLetters'],
  },
  'the writer dies while it starts': {
    happens: (day) => consumerDies(day, 'Writer', 'ItemsQueue', 'ItemsDeadLetters'),
    hears: ['ItemDeadLetters'],
  },
  'the schedules stop': {
    isOn: (what, minute) => what !== 'planner' || minute < tenOClock,
    hears: ['PlannerHeartbeat'],
  },
  'the breaker is open for ten minutes': {
    happens: (day) => everyMinute((minute) => day.emitted(written.open, minute), 10),
    hears: ['BreakerOpen'],
  },
  'DynamoDB refuses puts': {
    happens: (day) =>
      everyMinute(
        (minute) => day.throttledPuts(template.one('AWS::DynamoDB::Table', 'TablesCatalog').id, minute, 5),
        15,
      ),
    hears: ['WriteThrottles'],
  },
  'one read in seven is a miss': {
    happens: (day) => everyMinute((minute) => day.emitted(minute % 4 === 0 ? written.miss : written.hit, minute), 300),
    hears: ['HitRatio'],
  },
  'the reader dies while it starts, called a thousand times a day': {
    isOn: (what, minute) => what !== 'reader' || minute < tenOClock,
    happens: (day) => everyMinute((minute) => day.invoked('Reader', minute, 'failed'), 300),
    hears: ['ReaderErrors'],
  },
  'the reader dies while it starts, called once': {
    readsADay: 0,
    happens: (day) => day.invoked('Reader', tenOClock, 'failed'),
    hears: ['ReaderErrors'],
  },
  'every twentieth read ends in a time-out': {
    readsADay: 100_000,
    happens: (day) =>
      everyMinute((minute) => {
        for (let read = 0; read < 4; read += 1) {
          day.invoked('Reader', minute, 'failed');
        }
      }),
    hears: ['ReaderErrors'],
  },
  'Lambda refuses the reader': {
    isOn: (what, minute) => what !== 'reader' || minute < tenOClock,
    happens: (day) => everyMinute((minute) => day.invoked('Reader', minute, 'throttled'), 300),
    hears: ['ReaderThrottles'],
  },
  'Lambda refuses one of many reads': {
    readsADay: 100_000,
    happens: (day) => day.invoked('Reader', tenOClock, 'throttled'),
    hears: ['ReaderThrottles'],
  },
};

describe('what must be heard', () => {
  it.each(Object.entries(troubles))('is heard: %s', (_what, { happens = () => undefined, isOn, readsADay, hears }) => {
    expectRaised(samplesOf(happens, readsADay, isOn), hears);
  });

  it('raises every alarm that there is', () => {
    const heard = new Set(Object.values(troubles).flatMap(({ hears }) => hears));
    expect([...heard].sort()).toEqual(Object.keys(alarmLedger).sort());
    expect(rules.map(({ name }) => name).sort()).toEqual(Object.keys(alarmLedger).sort());
  });

  it('is heard within the hour, and a planner that is silent an hour after its refresh was due', () => {
    for (const [what, { happens = () => undefined, isOn, readsADay, hears }] of Object.entries(troubles)) {
      const samples = samplesOf(happens, readsADay, isOn);
      for (const name of hears) {
        const rule = rules.find((one) => one.name === name) as AlarmRule;
        const states = statesOf(rule, samples, { fromMs: firstDayMs, toMs: dayMs + dayMinutes * minuteMs }, 0);
        const first = states.find(({ atMs, state }) => atMs > dayMs && state === 'ALARM')?.atMs ?? Number.NaN;
        const allowed = { PlannerHeartbeat: 240, HitRatio: 180 }[name as string] ?? 60;
        expect((first - dayMs) / minuteMs - tenOClock, what).toBeLessThanOrEqual(allowed);
      }
    }
  });
});

describe('data that is missing', () => {
  const statesUntil = (name: string, samples: readonly Sample[], minute: number) => {
    const rule = rules.find((one) => one.name === name) as AlarmRule;
    return statesOf(rule, samples, { fromMs: firstDayMs, toMs: dayMs + minute * minuteMs }, 0).at(-1)?.state;
  };

  it('keeps the reader’s alarm until a call succeeds', () => {
    const samples = samplesOf((day) => {
      day.invoked('Reader', tenOClock, 'failed');
      day.invoked('Reader', tenOClock + 300);
    }, 0);
    expect([tenOClock, tenOClock + 295, tenOClock + 305].map((at) => statesUntil('ReaderErrors', samples, at))).toEqual(
      [expect.not.stringMatching('ALARM'), 'ALARM', 'OK'],
    );
  });

  it('keeps the breaker’s alarm until a job finds it closed', () => {
    const samples = samplesOf((day) => day.emitted(written.open, tenOClock));
    expect([tenOClock, tenOClock + 5, 715, 725].map((at) => statesUntil('BreakerOpen', samples, at))).toEqual([
      'OK',
      'ALARM',
      'ALARM',
      'OK',
    ]);
  });

  it('raises no alarm on throttles of DynamoDB, whose missing data CloudWatch may ignore', () => {
    const rule = { ...(rules.find(({ name }) => name === 'WriteThrottles') as AlarmRule), missing: 'ignore' as const };
    const samples = samplesOf((day) =>
      day.throttledPuts(template.one('AWS::DynamoDB::Table', 'TablesCatalog').id, tenOClock, 100),
    );
    const states = statesOf(rule, samples, { fromMs: firstDayMs, toMs: dayMs + dayMinutes * minuteMs });
    expect(states.filter(({ state }) => state === 'ALARM')).toEqual([]);
  });
});
