import { describe, expect, it } from 'vitest';
import { worstOf } from '../../../src/operator/doctor/checkup.ts';
import {
  judgeLocal,
  judgeMachine,
  type LocalFacts,
  type MachineFacts,
} from '../../../src/operator/doctor/judge-machine.ts';

const mebibyte = 1_048_576;
const goodMachine: MachineFacts = {
  node: '24.9.0',
  npm: '11.6.0',
  disk: { folder: '.', freeBytes: 50_000 * mebibyte },
  proxy: {},
};
const goodLocal: LocalFacts = {
  ports: { asked: [], problems: [] },
  data: { folder: 'data', state: 'sound', says: "'data' is well" },
  emulators: [{ name: 'SQS emulator' }, { name: 'DynamoDB emulator' }],
  stack: { state: 'running', processId: 4_711, silent: [] },
  tmdb: { kind: 'accepted', host: 'api.themoviedb.org', detail: '' },
  troubles: { value: [] },
};

type Expected = readonly [state: string, says: RegExp, mend?: RegExp];

describe('a machine', () => {
  it('that is well has nothing to mend', () => {
    const findings = judgeMachine(goodMachine);
    expect(findings.map(({ check }) => check)).toEqual(['node', 'npm', 'disk', 'proxy']);
    expect(findings.every(({ state, mend }) => state === 'ok' && mend === undefined)).toBe(true);
    expect(worstOf(findings)).toBe('ok');
  });

  const cases: [change: Partial<MachineFacts>, check: string, expected: Expected][] = [
    [{ node: '20.0.0' }, 'node', ['ok', /^Node 20\.0\.0$/]],
    [{ node: '18.20.4' }, 'node', ['wrong', /^Node 18\.20\.4 is too old: tested are 20, 22, 24$/, /^nvm install 24$/]],
    [{ node: '25.1.0' }, 'node', ['warn', /^Node 25\.1\.0 is not one that the tests run on/, /^nvm install 24$/]],
    [{ npm: '9.2.0' }, 'npm', ['warn', /^npm 9\.2\.0 is older than 11/, /^npm install --global npm@11$/]],
    [{ npm: undefined }, 'npm', ['warn', /^npm was not found/, /nvm/]],
    [
      { disk: { folder: 'x', freeBytes: 199 * mebibyte } },
      'disk',
      ['warn', /^the disk of 'x' has 199 MiB left: make room/, /^df -h$/],
    ],
    [{ disk: { folder: 'x', freeBytes: 200 * mebibyte } }, 'disk', ['ok', /200 MiB/]],
    [{ disk: { folder: 'x', freeBytes: 65_535 } }, 'disk', ['wrong', /^the disk of 'x' is full: make room/, /^df -h$/]],
    [{ disk: { folder: 'x', freeBytes: undefined } }, 'disk', ['warn', /is not known$/, /^df -h x$/]],
    [{ proxy: { host: 'proxy:3128' } }, 'proxy', ['ok', /through proxy:3128$/]],
    [
      { proxy: { problem: 'HTTPS_PROXY is no URL' } },
      'proxy',
      ['wrong', /^HTTPS_PROXY is no URL$/, /^unset HTTPS_PROXY/],
    ],
  ];

  it.each(cases)('%j', (change, check, [state, says, mend]) => {
    const findings = judgeMachine({ ...goodMachine, ...change });
    const found = findings.find((one) => one.check === check);
    expect(found).toMatchObject({ state, says: expect.stringMatching(says) });
    mend === undefined ? expect(found?.mend).toBeUndefined() : expect(found?.mend).toMatch(mend);
    expect(worstOf(findings)).toBe(state);
  });
});

describe('a local stack', () => {
  it('that is well has nothing to mend', () => {
    const findings = judgeLocal(goodLocal);
    expect(findings.map(({ check, state }) => [check, state])).toEqual(
      ['ports', 'data folder', 'SQS emulator', 'DynamoDB emulator', 'local stack', 'tmdb', 'pipeline'].map((check) => [
        check,
        'ok',
      ]),
    );
  });

  it('that does not run has no pipeline to look at, and no folder that nobody named', () => {
    const none: LocalFacts = { ...goodLocal, data: undefined, stack: { state: 'none' }, troubles: undefined };
    const findings = judgeLocal(none);
    expect(findings.map(({ check }) => check)).not.toContain('pipeline');
    expect(findings.map(({ check }) => check)).not.toContain('data folder');
    expect(worstOf(findings)).toBe('ok');
  });

  const folder = 'data';
  const cases: [change: Partial<LocalFacts>, check: string, expected: Expected][] = [
    [{ ports: { asked: [8_000], problems: [] } }, 'ports', ['ok', /^free: 8000$/]],
    [
      { ports: { asked: [8_000], problems: ['port 8000 is taken'] } },
      'ports',
      ['wrong', /^port 8000 is taken$/, /^ss /],
    ],
    [{ data: { folder, state: 'absent', says: 'not there yet' } }, 'data folder', ['ok', /^not there yet$/]],
    [
      { data: { folder, state: 'in-use', says: 'in use by 7' } },
      'data folder',
      ['warn', /^in use by 7$/, /end that process/],
    ],
    [
      { data: { folder, state: 'unusable', says: 'is damaged' } },
      'data folder',
      ['wrong', /^is damaged \(moved away/, /^mv -- data data\.damaged$/],
    ],
    [
      { data: { folder: "it's here/", state: 'unusable', says: 'is damaged' } },
      'data folder',
      ['wrong', /^is damaged/, /^mv -- 'it'\\''s here\/' 'it'\\''s here\.damaged'$/],
    ],
    [
      { data: { folder, state: 'no-folder', says: 'is a file' } },
      'data folder',
      ['wrong', /^is a file$/, /name another folder/],
    ],
    [{ emulators: [{ name: 'SQS emulator', later: true }] }, 'SQS emulator', ['ok', /not installed yet/]],
    [
      { emulators: [{ name: 'SQS emulator', problem: 'no such file', folder: '/home/a b/cache' }] },
      'SQS emulator',
      ['wrong', /no such file$/, /^rm -r -- '\/home\/a b\/cache'$/],
    ],
    [
      { emulators: [{ name: 'SQS emulator', problem: 'no such file' }] },
      'SQS emulator',
      ['wrong', /^the SQS emulator does not start: no such file$/, /^npm ci$/],
    ],
    [{ stack: { state: 'none' } }, 'local stack', ['ok', /^none runs/]],
    [
      { stack: { state: 'unusable', says: 'is damaged' } },
      'local stack',
      ['wrong', /^is damaged$/, /^rm \.local\/stack\.json && npx tmdb-pipeline local$/],
    ],
    [
      { stack: { state: 'running', processId: 7, silent: ['http://127.0.0.1:1'] } },
      'local stack',
      [
        'wrong',
        /process 7, but does not answer at http:\/\/127\.0\.0\.1:1$/,
        /^kill 7; sleep 5; kill -9 7; npx tmdb-pipeline local$/,
      ],
    ],
    [{ tmdb: { kind: 'simulator' } }, 'tmdb', ['ok', /simulator/]],
    [
      { tmdb: { kind: 'unproven', host: 'h', detail: 'd' } },
      'tmdb',
      ['warn', /^h answers, but .*: d$/, /TMDB_BASE_URL/],
    ],
    [
      { tmdb: { kind: 'rejected', host: 'h', detail: 'd' } },
      'tmdb',
      ['wrong', /^h rejects the token: d$/, /TMDB_API_TOKEN/],
    ],
    [
      { tmdb: { kind: 'unreachable', host: 'h', url: 'http://127.0.0.1:9/3', detail: 'd' } },
      'tmdb',
      ['wrong', /^h cannot be reached: d$/, /^curl -sSI http:\/\/127\.0\.0\.1:9\/3$/],
    ],
    [{ tmdb: { kind: 'not-asked', detail: 'd' } }, 'tmdb', ['wrong', /^d$/, /^export TMDB_API_TOKEN=…$/]],
    [
      { tmdb: { kind: 'not-asked', detail: 'd', address: 'TMDB_BASE_URL' } },
      'tmdb',
      ['wrong', /^d$/, /^unset TMDB_BASE_URL$/],
    ],
    [
      { troubles: { value: ['first', 'second'] } },
      'pipeline',
      ['warn', /^first \(and 1 more\)$/, /status --stack local$/],
    ],
    [{ troubles: { value: ['first'] } }, 'pipeline', ['warn', /^first$/, /status --stack local$/]],
    [{ troubles: { unseen: 'no answer' } }, 'pipeline', ['warn', /^not looked at: no answer$/, /doctor/]],
  ];

  it.each(cases)('%j', (change, check, [state, says, mend]) => {
    const findings = judgeLocal({ ...goodLocal, ...change });
    const found = findings.find((one) => one.check === check);
    expect(found).toMatchObject({ state, says: expect.stringMatching(says) });
    mend === undefined ? expect(found?.mend).toBeUndefined() : expect(found?.mend).toMatch(mend);
    expect(worstOf(findings)).toBe(state);
  });
});
