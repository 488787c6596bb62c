import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { oneDocument, runCli } from '../support/cli-process.ts';
import { cliServer } from '../support/cli-server.ts';
import { allowedLanguages, allowedRegions } from '../support/refused-request.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

/** Arguments as they are typed (no argument holds a blank), and the sentence they get. */
type Case = readonly [typed: string, sentence: string];

const folder = scratchFolder();
mkdirSync(join(folder, 'no-tables'));
for (const [name, text] of Object.entries({
  'no.json': '{"worker":',
  'proto.json': '{\n "__proto__":{"worker":{}}}',
  'unknown.json': '{"worker":{"batchsize":5}}',
  'range.json': '{"worker":{"batchSize":0}}',
  'list.json': '[]',
  'no-details.json': '{"details":{"enabled":false}}',
  'own.json':
    '{"feeds":{"custom":[{"name":"films","media":"movie","query":{}},{"name":"series","media":"tv","query":{}}]}}',
  'query.json': '{"feeds":{"custom":[{"name":"films","media":"movie","query":{"with_genre":16}}]}}',
  'region.json': '{"regions":[{"region":"XX","language":"en-US"}]}',
})) {
  writeFileSync(join(folder, name), text);
}

const commands: Case[] = [
  ['nonsense', "unknown command 'nonsense'"],
  ['statsu', "unknown command 'statsu' (Did you mean status?)"],
  ['run daily --data-dri x', "unknown option '--data-dri' (Did you mean --data-dir?)"],
  ['completion tcsh', "unknown shell 'tcsh': allowed are bash, zsh, fish"],
  ['read nonsense', "unknown command 'nonsense'"],
  ['run', "missing required argument 'schedule': daily, weekly or refresh"],
  ['dlq show fetch', "missing required argument 'id': a message's id, its job's, or the beginning of either"],
  ['run daily weekly', "too many arguments for 'run'. Expected 1 argument but got 2: daily, weekly."],
  ['run daily --nonsense', "unknown option '--nonsense'"],
  ['run daily --timeout', "option '--timeout <duration>' argument missing"],
  ['run yearly', "unknown schedule 'yearly': allowed are daily, weekly, refresh"],
  ['breaker nonsense', "unknown action 'nonsense': allowed are show, open, close, reset"],
];

const categories =
  'popular, trending, hidden_gems, award_winning, local_originals, genre_<TMDB genre id>, keyword_<TMDB keyword id> and custom_<name of an own feed>';
const german = allowedLanguages(['de-DE', 'de-AT', 'de-CH']);
const feeds: Case[] = [
  ['read list nonsense movie', `unknown category 'nonsense': allowed are ${categories}`],
  ['read list popular book', "unknown media 'book': allowed are movie, tv, all"],
  [
    'read list popular all',
    "media 'all' exists only for category 'trending' in region 'global', not for 'popular' in 'global'",
  ],
  ['read list popular movie --region XX', `unknown region 'XX': allowed are ${allowedRegions(['XK', 'CX', 'MX'])}`],
  ['read list popular movie --language german', `unknown language 'german': allowed are ${german}`],
  ['read list hidden_gems movie --region DE', "category 'hidden_gems' exists only in region 'global', not in 'DE'"],
  ['read list popular movie --year-from 1e3', "--year-from is '1e3': allowed are whole numbers from 1870 to 2100"],
  [
    'read list popular movie --year-from 2001 --year-to 2000',
    "--year-from: '2001' is after yearTo: allowed are years up to 2000",
  ],
  ['read list popular movie --min-vote-average .5', "--min-vote-average is '.5': allowed are numbers from 0 to 10"],
  [
    'read list popular movie --exclude-countries XX,US',
    `--exclude-countries: unknown country 'XX': allowed are ISO 3166-1 alpha-2 codes TMDB knows; close matches are XK, CX, MX`,
  ],
  [
    'read list popular movie --exclude-languages de-DE',
    "--exclude-languages: unknown language 'de-DE': allowed are ISO 639-1 codes TMDB knows; a close match is de",
  ],
  [
    'read list popular movie --max-certification 12',
    "--max-certification: '12' is no certification of US: allowed are G, PG, PG-13, R, NC-17, TV-Y, TV-Y7, TV-G, TV-PG, TV-14, TV-MA",
  ],
  [
    'read list popular movie --max-certification 12 --settings no-details.json',
    '--max-certification: needs details of titles, and details.enabled is false in the settings: allowed are filters by genre, year, votes and language',
  ],
  ['read list popular movie --include-adult=yes', "unknown option '--include-adult=yes'"],
  [
    'read list custom_kids movie',
    "the settings have no own feed 'custom_kids': allowed are none, since feeds.custom is empty",
  ],
  [
    'read list custom_kids movie --settings own.json',
    "the settings have no own feed 'custom_kids': allowed are custom_films, custom_series",
  ],
  [
    'read list custom_films tv --settings own.json',
    "the own feed 'custom_films' lists movie titles: allowed is media 'movie', not 'tv'",
  ],
  [
    'enqueue --category custom_films --media movie,tv --settings own.json',
    "the own feed 'custom_films' lists movie titles: allowed is media 'movie', not 'tv'",
  ],
  [
    'plan daily --settings query.json',
    "settings: feeds.custom.0.query.with_genre: 'with_genre' is unknown: allowed are TMDB's parameters of /discover/movie; a close match is with_genres (found 16)",
  ],
  ['read title book 550', "unknown media 'book': allowed are movie, tv"],
  ['read title movie 550 --language de_DE', `unknown language 'de_DE': allowed are ${allowedLanguages(['de-DE'])}`],
  ['read title movie 550 --region <b>', `unknown region '?b?': allowed are ${allowedRegions()}`],
];

const imdbIds = 'allowed are tt and 7 to 12 digits, such as tt0137523';
const finds: Case[] = [
  ['read find', "missing required argument 'source': imdb or tvdb"],
  ['read find imdb', "missing required argument 'id': the id there, such as tt0137523 or 81189"],
  ['read find wikidata Q190050', "unknown source 'wikidata': allowed are imdb, tvdb"],
  ['read find imdb nm0000093', `'nm0000093' is the id of a person, who is no title: ${imdbIds}`],
  ['read find imdb 0137523', `'0137523' is no id of a title at IMDb: ${imdbIds}`],
  ['read find imdb <b>', `'?b?' is no id of a title at IMDb: ${imdbIds}`],
  ['read find tvdb tt0137523', "'tt0137523' is no id at TheTVDB: allowed are whole numbers from 1 to 9007199254740991"],
  [
    'read find imdb tt0137523 tt0137524',
    "too many arguments for 'find'. Expected 2 arguments but got 3: imdb, tt0137523, tt0137524.",
  ],
  ['read find imdb tt0137523 --language de_DE', `unknown language 'de_DE': allowed are ${allowedLanguages(['de-DE'])}`],
  ['read find imdb tt0137523 --limit 5', "unknown option '--limit'"],
];

const titleTexts = 'allowed are titles such as movie:550, separated by commas';
const recommendations: Case[] = [
  ['recommend movie', "too many arguments for 'recommend'. Expected 0 arguments but got 1: movie."],
  ['recommend --liked 550', `--liked holds '550': ${titleTexts}`],
  ['recommend --seen movie:550,book:1', `--seen holds 'book:1': ${titleTexts}`],
  ['recommend --liked tv:1,movie:0', "--liked is '0': allowed are whole numbers from 1 to 9007199254740991"],
  [
    `recommend --liked ${Array.from({ length: 101 }, (_, index) => `tv:${index + 1}`).join()}`,
    '--liked: more than 100 titles: at most 100 are allowed',
  ],
  ['recommend --genres 18,drama', "--genres is 'drama': allowed are whole numbers from 1 to 9999999"],
  ['recommend --hour 24', "--hour is '24': allowed are whole numbers from 0 to 23"],
  ['recommend --hour -1', "--hour is '-1': allowed are whole numbers from 0 to 23"],
  ['recommend --limit 101', "--limit is '101': allowed are whole numbers from 1 to 100"],
  ['recommend --limit 1e1', "--limit is '1e1': allowed are whole numbers from 1 to 100"],
  ['recommend --media book', "--media: unknown media 'book': allowed are movie, tv, all"],
  ['recommend --region UK', `--region: unknown region 'UK': allowed are ${allowedRegions(['GB', 'UA'])}`],
  ['recommend --language german', `--language: unknown language 'german': allowed are ${german}`],
  ['recommend --variety 1.1', "--variety is '1.1': allowed are numbers from 0 to 1"],
  ['recommend --genres 1,2 --exclude-genres 2', "--exclude-genres: '2' is in genres as well: allowed is one of them"],
  ['recommend --providers 8 --region DE', "--region: 'DE' is not kept, which is needed for providers: allowed are US"],
  ['recommend --genres 1 --genres 2', '--genres is given twice: allowed is once, with commas between several'],
  ['recommend --offset -1', "--offset is '-1': allowed are whole numbers from 0 to 10000"],
  ['recommend --adult=yes', "unknown option '--adult=yes'"],
  ['recommend', 'there are no tables to read: start the stack with `local`, or name a --data-dir'],
];

const lists = 'allowed are lists by --category and --media, or titles by --title';
const adHoc: Case[] = [
  ['enqueue', `--category <category> is missing: ${lists}`],
  ['enqueue --category popular', `--media <media> is missing: ${lists}`],
  ['enqueue --title 550', `--title holds '550': ${titleTexts}`],
  ['enqueue --title movie:550,', `--title holds '': ${titleTexts}`],
  ['enqueue --title movie:1e12', `--title holds 'movie:1e12': ${titleTexts}`],
  ['enqueue --title book:550', `--title holds 'book:550': ${titleTexts}`],
  ['enqueue --title=', '0 titles are named: allowed are 1 to 200'],
  ['enqueue --title movie:0', "'0' is no TMDB id: allowed are whole numbers from 1 to 9007199254740991"],
  [
    'enqueue --title movie:9007199254740992',
    "--title holds 'movie:9007199254740992': allowed are TMDB ids up to 9007199254740991",
  ],
  ['enqueue --title movie:550,tv:1,movie:550', 'movie:550 is named twice: allowed is once'],
  [
    `enqueue --title ${Array.from({ length: 201 }, (_, index) => `tv:${index + 1}`).join()}`,
    '201 titles are named: allowed are 1 to 200',
  ],
  ...['category popular', 'media tv', 'region DE', 'language de-DE', 'pages 2'].map(
    (option) =>
      [
        `enqueue --title movie:550 --${option}`,
        `--title asks for titles and --${option.split(' ')[0]} for lists: allowed is one of them`,
      ] as const,
  ),
  [
    'enqueue --title movie:550 --settings no-details.json',
    '--title asks for whole titles, and details.enabled is false in the settings: set it to true',
  ],
  [
    'dlq list fetch --match title=550',
    "--match title is '550': allowed are titles such as movie:550, and beginnings such as movie:*",
  ],
  ['cost --titles many', "--titles is 'many': allowed are whole numbers from 0 to 1000000"],
];

const limits = 'allowed are whole numbers from 1 to 10000';
const ids = 'allowed are whole numbers from 1 to 9007199254740991';
const durations = 'allowed are durations such as 90s, 15m, 2h or 7d';
const times = "allowed are 'now' and UTC times such as 2026-11-23T08:00:00Z";
const figures: Case[] = [
  ...['0', '-1', 'abc', '1e9'].map(
    (text) => [`read list popular movie --limit ${text}`, `--limit is '${text}': ${limits}`] as const,
  ),
  ...['abc', '-5'].map((text) => [`read title movie ${text}`, `the TMDB id is '${text}': ${ids}`] as const),
  ...['90', 'soon'].map((text) => [`run daily --timeout ${text}`, `--timeout is '${text}': ${durations}`] as const),
  ...['tomorrow', '2026-13-45T00:00:00Z'].map(
    (text) => [`run daily --occurrence ${text}`, `occurrence is '${text}': ${times}`] as const,
  ),
  [
    'run daily --occurrence 2999-01-01T00:00:00Z',
    "occurrence is '2999-01-01T00:00:00Z': allowed are 'now' and times that have come",
  ],
  ...['--sqs-port', '--http-port'].map(
    (option) => [`local ${option} 65536`, `${option} is '65536': allowed are whole numbers from 0 to 65535`] as const,
  ),
];

const kinds =
  'throttle, serverError, badGateway, unavailable, gatewayTimeout, blackHole, slowBody, truncatedJson, gzipWithoutHeader, ' +
  'emptyBody, wrongContentType, resetMidBody, hugeBody, redirect, unauthorized, notFound, emptyList, missingPart';
const files: Case[] = [
  [
    'plan daily --settings missing.json',
    "settings file 'missing.json' cannot be read (ENOENT): check its name and its permissions",
  ],
  [
    'plan daily --settings no.json',
    "settings file 'no.json': line 1, column 11: not valid JSON: expected a value, found the end of the text",
  ],
  [
    'plan daily --settings proto.json',
    `settings file 'proto.json': line 2, column 2: the member "__proto__" is not allowed`,
  ],
  ['plan daily --settings .', "settings file '.' is a folder: name a regular file"],
  ['plan daily --settings /dev/zero', "settings file '/dev/zero' is a device or a pipe: name a regular file"],
  ['plan daily --settings unknown.json', 'settings: worker: Unrecognized key: "batchsize"'],
  ['plan daily --settings range.json', 'settings: worker.batchSize: Too small: expected number to be >=1 (found 0)'],
  ['plan daily --settings list.json', 'settings: Invalid input: expected object, received array'],
  [
    'plan daily --settings region.json',
    `settings: regions.0.region: unknown region 'XX': allowed are ${allowedRegions(['XK', 'CX', 'MX'])} (found "XX")`,
  ],
  ['plan daily --data-dir nowhere', "'nowhere' holds no tables: run an occurrence with this --data-dir first"],
  ['read title tv 1 --data-dir no-tables', "'no-tables' holds no tables: run an occurrence with this --data-dir first"],
  ['read title tv 1', 'there are no tables to read: start the stack with `local`, or name a --data-dir'],
  ...[
    'dlq list fetch',
    'dlq show fetch 1',
    'dlq replay fetch',
    'dlq delete fetch 1',
    'enqueue --category popular --media tv',
    'enqueue --title movie:550',
  ].flatMap((typed): Case[] => [
    [`${typed} --data-dir no-tables`, "unknown option '--data-dir'"],
    [typed, 'there are no queues: start the stack with `local`, or take --stack aws'],
  ]),
  ['run daily --dynamodb redis', "unknown DynamoDB emulator 'redis': allowed are dynoxide, dynalite"],
  [
    'run daily --faults wobble=0.5',
    `"wobble=0.5" is no fault: allowed are ${kinds}, each also as NAME=PROBABILITY, and without a value ` +
      'personsInTrending, duplicatesAtPageBorders, volatileJitter, oddRows.',
  ],
  [
    'run daily --faults throttle=2',
    '"throttle=2" has no probability that can be used: allowed is a number from 0 to 1.',
  ],
];

const { runCli: runHere } = cliServer();

/** What every refusal has in common: one line on stderr, nothing on stdout, the exit code of wrong usage. */
async function refusalOf(typed: string, environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const args = typed === '' ? [] : typed.split(' ');
  const { stderr, ...rest } = await runHere(args, { cwd: folder, environment });
  expect(rest).toEqual({ code: 2, signal: null, stdout: '' });
  expect(stderr).toMatch(/^error: [^\n]+\n$/);
  return stderr.slice('error: '.length, -1);
}

describe('wrong usage is refused in one sentence', () => {
  it.each([...commands, ...feeds, ...finds, ...recommendations, ...adHoc, ...figures, ...files])(
    '%s',
    async (typed, sentence) => {
      expect(await refusalOf(typed)).toBe(sentence);
    },
  );

  it.each([
    ['', 'a command is missing: `demo` shows what the program does, --help lists the others'],
    ['read', "a command of 'read' is missing: allowed are list, title, find"],
    ['dlq', "a command of 'dlq' is missing: allowed are list, show, replay, delete"],
  ])('a missing command: %s', async (typed, sentence) => {
    expect(await refusalOf(typed)).toBe(sentence);
  });
});

const rates = 'allowed are numbers from 0.1 to 40';
const urls =
  'allowed are https://api.themoviedb.org/3, and http or https on this machine (127.0.0.1, localhost, [::1]), without user, query and fragment: the token goes nowhere else';
const environments: [Record<string, string>, string][] = [
  ...['abc', '0', '1000'].map((text): [Record<string, string>, string] => [
    { TMDB_REQUESTS_PER_SECOND: text },
    `TMDB_REQUESTS_PER_SECOND is '${text}': ${rates}`,
  ]),
  ...['nonsense', 'http://tmdb.invalid/3', 'https://tmdb.invalid/3'].map((text): [Record<string, string>, string] => [
    { TMDB_BASE_URL: text, TMDB_API_TOKEN: 'token' },
    `TMDB_BASE_URL is '${text}': ${urls}`,
  ]),
  [
    { TMDB_BASE_URL: 'https://api.themoviedb.org/3' },
    'TMDB_API_TOKEN is missing: api.themoviedb.org needs an API Read Access Token',
  ],
  [
    { TMDB_API_TOKEN: 'secret\u0007' },
    'TMDB_API_TOKEN holds characters that no token has: copy the API Read Access Token again, without quotes and line breaks',
  ],
];

describe('a process of its own', () => {
  it.each([
    ['run yearly', "unknown schedule 'yearly': allowed are daily, weekly, refresh"],
    [
      'plan daily --settings missing.json',
      "settings file 'missing.json' cannot be read (ENOENT): check its name and its permissions",
    ],
  ])('refuses in the same way: %s', async (typed, sentence) => {
    const result = await runCli(typed.split(' '), { cwd: folder });
    expect(result).toEqual({ code: 2, signal: null, stdout: '', stderr: `error: ${sentence}\n` });
  });
});

describe('a wrong environment is refused in one sentence', () => {
  it.each(environments)('%j', async (environment, sentence) => {
    expect(await refusalOf('run daily', environment)).toBe(sentence);
  });

  it('faults are for the simulator only', async () => {
    expect(await refusalOf('run daily --faults throttle', { TMDB_BASE_URL: 'http://127.0.0.1:1/3' })).toBe(
      '--faults works on the simulator only, and TMDB_API_TOKEN or TMDB_BASE_URL is set',
    );
  });

  const addresses = 'allowed are http and https addresses such as http://127.0.0.1:8000';
  it.each([
    ['status', { AWS_ENDPOINT_URL_DYNAMODB: 'nonsense' }, `AWS_ENDPOINT_URL_DYNAMODB is 'nonsense': ${addresses}`],
    [
      'report',
      { AWS_ENDPOINT_URL_DYNAMODB: 'localhost:8000' },
      `AWS_ENDPOINT_URL_DYNAMODB is 'localhost:8000': ${addresses}`,
    ],
    [
      'breaker show',
      { AWS_ENDPOINT_URL_DYNAMODB: 'ftp://127.0.0.1/' },
      `AWS_ENDPOINT_URL_DYNAMODB is 'ftp://127.0.0.1/': ${addresses}`,
    ],
    [
      'read title movie 1',
      { AWS_ENDPOINT_URL_DYNAMODB: 'http:8000' },
      `AWS_ENDPOINT_URL_DYNAMODB is 'http:8000': ${addresses}`,
    ],
    [
      'migrate',
      { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:99999' },
      `AWS_ENDPOINT_URL_DYNAMODB is 'http://127.0.0.1:99999': ${addresses}`,
    ],
    ['status --stack aws', { AWS_ENDPOINT_URL: 'nonsense' }, `AWS_ENDPOINT_URL is 'nonsense': ${addresses}`],
    ['dlq list fetch --stack aws', { AWS_ENDPOINT_URL_SQS: 'sqs' }, `AWS_ENDPOINT_URL_SQS is 'sqs': ${addresses}`],
    [
      'status --stack aws',
      { AWS_ENDPOINT_URL_CLOUDFORMATION: 'http://user:hidden@127.0.0.1' },
      'AWS_ENDPOINT_URL_CLOUDFORMATION holds a user or a password: allowed are addresses without them',
    ],
    [
      'status',
      { AWS_ENDPOINT_URL_DYNAMODB: 'user:hidden@localhost:8000' },
      `AWS_ENDPOINT_URL_DYNAMODB is '…@localhost:8000': ${addresses}`,
    ],
  ])('an address that is none: %s %j', async (typed, environment, sentence) => {
    expect(await refusalOf(typed, environment)).toBe(sentence);
  });

  it('a password in the URL is not shown', async () => {
    const environment = { TMDB_BASE_URL: 'https://user:hidden@tmdb.invalid/3', TMDB_API_TOKEN: 'token' };
    const { stderr } = await runCli(['run', 'daily'], { cwd: folder, environment });
    expect(stderr).not.toContain('hidden');
  });
});

describe('with --json', () => {
  it.each([
    ['run yearly --json', "unknown schedule 'yearly': allowed are daily, weekly, refresh"],
    ['read list popular movie --json --limit 0', `--limit is '0': ${limits}`],
    ['read title movie 550 --json', 'there are no tables to read: start the stack with `local`, or name a --data-dir'],
  ])('the sentence stands on stdout too, as one document: %s', async (typed, sentence) => {
    const { code, stdout, stderr } = await runHere(typed.split(' '), { cwd: folder });
    expect(code).toBe(2);
    expect(oneDocument(stdout)).toEqual({ error: { code: 'usage', message: sentence } });
    expect(stderr).toBe(`error: ${sentence}\n`);
  });

  it('and --verbose there is a stack trace, on stderr', async () => {
    const { stdout, stderr } = await runCli(['run', 'yearly', '--json', '--verbose'], { cwd: folder });
    expect(oneDocument(stdout)).toMatchObject({ error: { code: 'usage' } });
    expect(stderr).toMatch(/^error: unknown schedule 'yearly'.*\n(.*\n)*\s+at /);
  });
});

describe('help', () => {
  it('is shown on stdout, and is no failure', async () => {
    const { code, stdout, stderr } = await runCli(['run', '--help'], { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Usage: tmdb-pipeline run');
  });

  it('is also a command', async () => {
    const { code, stderr } = await runCli(['help'], { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
