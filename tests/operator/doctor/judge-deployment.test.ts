import { describe, expect, it } from 'vitest';
import { type Finding, worstOf } from '../../../src/operator/doctor/checkup.ts';
import { judgeParts, type PartFacts, tokenForm } from '../../../src/operator/doctor/judge-parts.ts';
import {
  type CallerFacts,
  differences,
  judgeCaller,
  judgeEndpoints,
  judgeStackFacts,
  type StackFacts,
} from '../../../src/operator/doctor/judge-stack.ts';
import { settingsFrom } from '../../../src/shared/settings/settings-overrides.ts';

const settings = settingsFrom('{"deployment":{"alarmEmail":"a@example.com"}}');
const named = { settings, file: 'my.json' };
const schedules = ['daily', 'weekly', 'refresh'].map((name) => ({ name, group: 'G', enabled: true }));
const mail = { protocol: 'email', endpoint: 'a@example.com', confirmed: true };
const topic = 'arn:aws:sns:eu-central-1:1:alarms';
const goodParts: PartFacts = {
  settings: { value: JSON.parse(JSON.stringify(settings)) },
  parameter: { value: { type: 'SecureString', form: 'access-token' } },
  tmdb: { kind: 'accepted', host: 'api.themoviedb.org', detail: '' },
  schedules: { value: schedules },
  sources: { value: [{ uuid: 'u', state: 'Enabled' }] },
  concurrency: { value: 1_000 },
  subscriptions: { value: { topic, all: [mail] } },
  raised: { value: [] },
  troubles: { value: [] },
};
const parameter = '/tmdb-pipeline/tmdb-token';
const store = `aws ssm put-parameter --name ${parameter} --type SecureString --overwrite --value file://token.txt`;

type Expected = readonly [state: string, says: RegExp, mend?: string | RegExp];

function expectFinding(findings: readonly Finding[], check: string, [state, says, mend]: Expected): void {
  const found = findings.find((one) => one.check === check);
  expect(found).toMatchObject({ state, says: expect.stringMatching(says) });
  if (mend === undefined) {
    expect(found?.mend).toBeUndefined();
  } else if (typeof mend === 'string') {
    expect(found?.mend).toBe(mend);
  } else {
    expect(found?.mend).toMatch(mend);
  }
  expect(worstOf(findings)).toBe(state);
}

describe('the parts of a stack', () => {
  it('have nothing to mend where all is well', () => {
    expect(judgeParts(goodParts, named).map(({ check, state, mend }) => [check, state, mend])).toEqual(
      [
        'settings',
        'token',
        'tmdb',
        'schedules',
        'event sources',
        'concurrency',
        'alarm e-mail',
        'alarms',
        'pipeline',
      ].map((check) => [check, 'ok', undefined]),
    );
  });

  const form = (value: 'api-key' | 'unknown' | 'unusable') => ({
    parameter: { value: { type: 'SecureString', form: value } },
  });
  const cases: [name: string, change: Partial<PartFacts>, check: string, expected: Expected][] = [
    [
      'no parameter',
      { parameter: { value: undefined }, tmdb: undefined },
      'token',
      ['wrong', /^there is no parameter '\/tmdb-pipeline\/tmdb-token'/, store.replace(' --overwrite', '')],
    ],
    [
      'a parameter that anybody can read',
      { parameter: { value: { type: 'String', form: 'access-token' } } },
      'token',
      ['wrong', /is a String, which is stored unencrypted$/, /^aws ssm delete-parameter .* && aws ssm put-parameter/],
    ],
    ['an API key', form('api-key'), 'token', ['wrong', /holds an API key/, store]],
    ['an empty parameter', form('unusable'), 'token', ['wrong', /is empty, or holds characters/, store]],
    ['a token of another form', form('unknown'), 'token', ['warn', /begins with eyJ$/, store]],
    [
      'a token that TMDB rejects',
      { tmdb: { kind: 'rejected', host: 'h', detail: 'd' } },
      'tmdb',
      ['wrong', /^h rejects the token/, store],
    ],
    [
      'a schedule that is disabled',
      { schedules: { value: schedules.map((one) => ({ ...one, enabled: one.name !== 'weekly' })) } },
      'schedules',
      ['wrong', /^weekly disabled/, /^aws scheduler update-schedule .*--group-name G --name weekly /],
    ],
    [
      'a schedule that was deleted',
      { schedules: { value: schedules.slice(1) } },
      'schedules',
      ['wrong', /^2 of 3 are there$/, 'npx cdk deploy -c settings=my.json'],
    ],
    [
      'an event source that is disabled',
      {
        sources: {
          value: [
            { uuid: 'on', state: 'Enabled' },
            { uuid: 'off', state: 'Disabled' },
          ],
        },
      },
      'event sources',
      ['wrong', /is disabled$/, 'aws lambda update-event-source-mapping --uuid off --enabled'],
    ],
    [
      'an event source that changes',
      { sources: { value: [{ uuid: 'u', state: 'Updating' }] } },
      'event sources',
      ['warn', /^one is Updating/, /--uuid u$/],
    ],
    // Planner 1, worker 2 and, on demand, five pollers for the writer.
    [
      'too few executions',
      { concurrency: { value: 8 } },
      'concurrency',
      ['wrong', /none is left/, /^aws service-quotas/],
    ],
    [
      'the executions of a new account',
      { concurrency: { value: 10 } },
      'concurrency',
      ['warn', /take up to 8, for seconds: the reader then has 2$/, /^aws service-quotas/],
    ],
    [
      'a subscription that is not confirmed',
      { subscriptions: { value: { topic, all: [{ ...mail, confirmed: false }] } } },
      'alarm e-mail',
      [
        'wrong',
        /^a@example\.com has not confirmed/,
        `aws sns subscribe --topic-arn ${topic} --protocol email --notification-endpoint a@example.com`,
      ],
    ],
    [
      'one of two that is not confirmed',
      { subscriptions: { value: { topic, all: [mail, { ...mail, endpoint: 'b@example.com', confirmed: false }] } } },
      'alarm e-mail',
      ['warn', /^b@example\.com has not confirmed/, /b@example\.com$/],
    ],
    [
      'no subscription',
      { subscriptions: { value: { topic, all: [] } } },
      'alarm e-mail',
      ['warn', /^alarms reach nobody/, /^aws sns subscribe .* a@example\.com$/],
    ],
    [
      'an alarm',
      { raised: { value: ['PlannerHeartbeat', 'BreakerOpen'] } },
      'alarms',
      ['wrong', /^raised: PlannerHeartbeat, BreakerOpen$/, 'see docs/operations.md#planner-heartbeat'],
    ],
    [
      'troubles',
      { troubles: { value: ['3 dead letters'] } },
      'pipeline',
      ['warn', /^3 dead letters$/, 'npx tmdb-pipeline status --stack aws --settings my.json'],
    ],
    [
      'settings that nobody deployed',
      { settings: { value: { ...settings, worker: { ...settings.worker, batchSize: 7 } } } },
      'settings',
      [
        'warn',
        /^the deployed ones are not 'my\.json': worker\.batchSize \(deployed 7, given 50\)$/,
        'npx cdk deploy -c settings=my.json',
      ],
    ],
    [
      'a stack of an earlier version',
      { settings: { value: undefined } },
      'settings',
      ['warn', /an earlier version deployed it$/, 'npx cdk deploy -c settings=my.json'],
    ],
  ];

  it.each(cases)('%s', (_name, change, check, expected) => {
    expectFinding(judgeParts({ ...goodParts, ...change }, named), check, expected);
  });

  it.each([
    ['settings', 'settings'],
    ['parameter', 'token'],
    ['schedules', 'schedules'],
    ['sources', 'event sources'],
    ['concurrency', 'concurrency'],
    ['subscriptions', 'alarm e-mail'],
    ['raised', 'alarms'],
  ] as const)('a missing permission for %s is named, and stops nothing', (fact, check) => {
    const findings = judgeParts({ ...goodParts, [fact]: { unseen: 'denied', permission: 'some:Action' } }, named);
    expectFinding(findings, check, ['warn', /lack the permission some:Action$/, /^allow some:Action /]);
    expect(findings).toHaveLength(9);
  });

  it('without an e-mail in the settings it says where one goes', () => {
    const subscriptions = { value: { topic, all: [] } };
    const found = judgeParts({ ...goodParts, subscriptions }, { settings: settingsFrom(undefined), file: undefined });
    expect(found.find(({ check }) => check === 'alarm e-mail')?.mend).toBe(
      'set deployment.alarmEmail in the settings, then npx cdk deploy',
    );
  });
});

describe('who asks', () => {
  const good: CallerFacts = {
    region: { value: 'eu-central-1' },
    variables: { AWS_REGION: 'eu-central-1' },
    credentials: { value: { expiresInMs: undefined } },
  };
  const cases: [change: Partial<CallerFacts>, check: string, expected: Expected][] = [
    [{}, 'region', ['ok', /^eu-central-1 \(AWS_REGION\)$/]],
    [{ variables: { AWS_DEFAULT_REGION: 'eu-central-1' } }, 'region', ['ok', /\(AWS_DEFAULT_REGION\)$/]],
    [{ variables: {} }, 'region', ['ok', /\(the profile\)$/]],
    [
      { variables: { AWS_REGION: 'eu-central-1', AWS_DEFAULT_REGION: 'us-east-1' } },
      'region',
      ['warn', /AWS_DEFAULT_REGION, .* is us-east-1$/, 'export AWS_DEFAULT_REGION=eu-central-1'],
    ],
    [{ region: { unseen: 'none is set' } }, 'region', ['wrong', /^none is set$/, /^export AWS_REGION=/]],
    [{ credentials: { unseen: 'none' } }, 'credentials', ['wrong', /^none$/, /^aws sso login/]],
    [{ credentials: { value: { expiresInMs: 3_600_000 } } }, 'credentials', ['ok', /expire in 60 min$/]],
    [
      { credentials: { value: { expiresInMs: 899_999 } } },
      'credentials',
      ['warn', /expire in 14 min$/, /^aws sso login/],
    ],
    [{ credentials: { value: { expiresInMs: 0 } } }, 'credentials', ['wrong', /have expired$/, /^aws sso login/]],
  ];

  it.each(cases)('%j', (change, check, expected) => {
    expectFinding(judgeCaller({ ...good, ...change }), check, expected);
  });

  it('is told of another server in the place of AWS', () => {
    expect(judgeEndpoints({ value: [] }).state).toBe('ok');
    expect(judgeEndpoints({ value: ['AWS_ENDPOINT_URL'] })).toMatchObject({
      state: 'warn',
      mend: 'unset AWS_ENDPOINT_URL',
    });
    expect(judgeEndpoints({ unseen: "AWS_ENDPOINT_URL_SQS is 'x'" })).toMatchObject({
      state: 'wrong',
      mend: 'unset AWS_ENDPOINT_URL_SQS',
    });
  });
});

describe('a stack', () => {
  const good: StackFacts = { status: 'UPDATE_COMPLETE', missingOutputs: [], clockAheadMs: 400 };
  const cases: [change: Partial<StackFacts>, check: string, expected: Expected][] = [
    [{}, 'stack', ['ok', /^'TmdbPipeline' is UPDATE_COMPLETE$/]],
    [{ status: 'CREATE_COMPLETE' }, 'stack', ['ok', /CREATE_COMPLETE$/]],
    [{ status: 'UPDATE_ROLLBACK_COMPLETE' }, 'stack', ['warn', /the one before is in place$/, /describe-stack-events/]],
    [{ status: 'UPDATE_IN_PROGRESS' }, 'stack', ['warn', /under way$/, /TmdbPipeline/]],
    [{ status: 'ROLLBACK_COMPLETE' }, 'stack', ['wrong', /ROLLBACK_COMPLETE$/, /describe-stack-events/]],
    [{ status: 'UPDATE_ROLLBACK_FAILED' }, 'stack', ['wrong', /FAILED$/, /describe-stack-events/]],
    [{ status: 'REVIEW_IN_PROGRESS' }, 'stack', ['wrong', /never deployed$/, 'npx cdk deploy']],
    [
      { missingOutputs: ['ItemDlqUrl'] },
      'outputs',
      ['wrong', /lacks the outputs ItemDlqUrl$/, 'npx cdk deploy -c settings=my.json'],
    ],
    [{ clockAheadMs: -31_000 }, 'clock', ['warn', /31 s behind AWS's$/, /timedatectl/]],
    [{ clockAheadMs: 300_000 }, 'clock', ['wrong', /300 s ahead of AWS's: AWS refuses/, /timedatectl/]],
    [{ clockAheadMs: 29_999 }, 'clock', ['ok', /within seconds$/]],
  ];

  it.each(cases)('%j', (change, check, expected) => {
    expectFinding(judgeStackFacts({ value: { ...good, ...change } }, named), check, expected);
  });

  it('without a date in the answer says nothing of the clock', () => {
    const found = judgeStackFacts({ value: { ...good, clockAheadMs: undefined } }, named);
    expect(found.map(({ check }) => check)).toEqual(['stack', 'outputs']);
  });

  it.each([
    ['credentials_expired', /^aws sso login/],
    ['credentials_refused', /^aws sso login/],
    ['proxy_failed', /^unset HTTPS_PROXY/],
    ['unknown_host', /AWS_REGION/],
    ['timed_out', /run `doctor` again/],
  ])('that cannot be looked at for %s is not deployed anew', (code, mend) => {
    const [found] = judgeStackFacts({ unseen: 'why', code }, named);
    expect(found).toMatchObject({ state: 'wrong', says: 'not looked at: why', mend: expect.stringMatching(mend) });
  });

  it('that is not there is wrong, and so is one that must not be looked at', () => {
    expect(judgeStackFacts({ unseen: 'there is none', code: 'stack_unknown' }, named)).toMatchObject([
      { check: 'stack', state: 'wrong', mend: 'npx cdk deploy -c settings=my.json' },
    ]);
    expect(judgeStackFacts({ unseen: 'denied', permission: 'a:B' }, named)).toMatchObject([
      { state: 'wrong', says: expect.stringContaining('a:B'), mend: expect.stringContaining('allow a:B') },
    ]);
  });
});

describe('the form of a token', () => {
  it.each([
    ['eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln-_', 'access-token'],
    ['  eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln\n', 'access-token'],
    ['0123456789abcdef0123456789ABCDEF', 'api-key'],
    ['token-of-a-test', 'unknown'],
    ['', 'unusable'],
    [' \n', 'unusable'],
    ['two words', 'unusable'],
  ])('%j is %s', (value, form) => {
    expect(tokenForm(value)).toBe(form);
  });
});

describe('differences of settings', () => {
  it('are named by path, with both values', () => {
    expect(differences({ a: { b: 1, c: [1] }, d: 2 }, { a: { b: 1, c: [2] }, e: 'x' })).toEqual([
      'a.c (deployed [1], given [2])',
      'd (deployed 2, given nothing)',
      'e (deployed nothing, given "x")',
    ]);
    expect(differences({ a: { b: [1, 2] } }, { a: { b: [1, 2] } })).toEqual([]);
  });
});
