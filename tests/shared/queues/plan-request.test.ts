import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../../src/shared/queues/parse-message.ts';
import {
  adHocEventSchema,
  type fetchRequestSchema,
  plannerEventSchema,
  scheduledRequestSchema,
} from '../../../src/shared/queues/plan-request.ts';
import { arbitraryEpochMs } from '../../support/arbitrary-page.ts';
import { caught } from '../../support/caught.ts';
import { changed, without } from '../../support/without.ts';

const scheduled = { kind: 'schedule', version: 1, schedule: 'daily', occurrence: '2026-11-23T08:00:00Z' };
const request = {
  version: 1,
  category: 'popular',
  media: ['movie', 'tv'],
  regions: ['US', 'DE'],
  languages: ['en-US', 'de-DE'],
  pages: 2,
};
const adHoc = {
  id: '7bf73129-1428-4cd3-a780-95db273d1602',
  source: 'tmdb-pipeline',
  'detail-type': 'Fetch Requested',
  time: '2026-11-23T08:00:00Z',
  detail: request,
};

type AnySchema = typeof scheduledRequestSchema | typeof adHocEventSchema | typeof fetchRequestSchema;
const refusal = (schema: AnySchema | typeof plannerEventSchema, value: unknown) =>
  (caught(() => parseMessage(schema, JSON.stringify(value))) as Error).message;

describe('scheduled request', () => {
  it('survives the scheduler', () => {
    const any = fc.record({
      kind: fc.constant('schedule'),
      version: fc.constant(1),
      schedule: fc.constantFrom('daily', 'weekly', 'refresh'),
      occurrence: arbitraryEpochMs.map((atMs) => new Date(atMs).toISOString()),
    });
    fc.assert(
      fc.property(any, (event) => {
        expect(parseMessage(plannerEventSchema, JSON.stringify(event))).toEqual(event);
      }),
    );
  });

  it.each(Object.keys(scheduled))('is refused without %s, by name', (member) => {
    expect(refusal(scheduledRequestSchema, without(scheduled, member)).startsWith(`${member}: `)).toBe(true);
  });

  it.each([
    ['kind', 'ad-hoc'],
    ['version', 2],
    ['schedule', 'hourly'],
    ['occurrence', '2026-02-30T08:00:00Z'],
    ['occurrence', '<aws.scheduler.scheduled-time>'],
  ])('is refused with %s = %j, by name', (member, value) => {
    expect(refusal(scheduledRequestSchema, changed(scheduled, member, value)).startsWith(`${member}: `)).toBe(true);
  });
});

describe('ad-hoc event', () => {
  it('is taken as EventBridge delivers it, with its other members left out', () => {
    const delivered = { ...adHoc, version: '0', account: '000000000000', region: 'eu-west-1', resources: [] };
    expect(parseMessage(plannerEventSchema, JSON.stringify(delivered))).toEqual(adHoc);
  });

  it('names no language where each region has its own, and tags as people write them', () => {
    const { languages: _own, ...detail } = request;
    expect(adHocEventSchema.parse({ ...adHoc, detail }).detail).toEqual(detail);
    const written = { ...request, regions: ['de', 'Global'], languages: ['DE-de', 'ja'] };
    expect(adHocEventSchema.parse({ ...adHoc, detail: written }).detail).toEqual({
      ...request,
      regions: ['DE', 'global'],
      languages: ['de-DE', 'ja-JP'],
    });
  });

  const needed = Object.keys(request).filter((member) => member !== 'languages');
  it.each([...Object.keys(adHoc), ...needed.map((member) => `detail.${member}`)])(
    'is refused without %s, by name',
    (member) => {
      expect(refusal(adHocEventSchema, without(adHoc, member)).startsWith(`${member}: `)).toBe(true);
    },
  );

  it.each([
    ['id', ''],
    ['source', 'aws.s3'],
    ['detail-type', 'Fetch'],
    ['time', 'now'],
    ['detail.version', 2],
    ['detail.category', 'best'],
    ['detail.media', []],
    ['detail.media', 'movie'],
    ['detail.media.0', 'film'],
    ['detail.regions', []],
    ['detail.regions.1', 'XX'],
    ['detail.regions', new Array(61).fill('US')],
    ['detail.languages.0', 'german'],
    ['detail.languages', []],
    ['detail.pages', 0],
    ['detail.pages', 501],
  ])('is refused with %s = %j, by name', (member, value) => {
    expect(refusal(adHocEventSchema, changed(adHoc, member, value)).startsWith(`${member}: `)).toBe(true);
  });
});

describe('ad-hoc event for titles', () => {
  const titles = [
    { mediaType: 'movie', id: 550 },
    { mediaType: 'tv', id: 1396 },
  ];
  const asked = (detail: unknown) => ({ ...adHoc, detail });

  it('names them, each once, and nothing of lists', () => {
    const detail = { version: 1, titles };
    expect(parseMessage(plannerEventSchema, JSON.stringify(asked(detail)))).toEqual(asked(detail));
    const most = Array.from({ length: 200 }, (_, index) => ({ mediaType: 'tv', id: index + 1 }));
    expect(adHocEventSchema.parse(asked({ version: 1, titles: most, force: true })).detail).toEqual({
      version: 1,
      titles: most,
    });
  });

  it.each([
    ['detail.version: ', { titles }],
    ['detail.version: ', { version: 2, titles }],
    ['detail.titles: 0 titles are named: allowed are 1 to 200', { version: 1, titles: [] }],
    [
      'detail.titles: 201 titles are named: allowed are 1 to 200',
      { version: 1, titles: new Array(201).fill(titles[0]) },
    ],
    ['detail.titles: no titles are named', { version: 1, titles: 'movie:550' }],
    [
      'detail.titles.0.mediaType: mediaType is none of movie, tv',
      { version: 1, titles: [{ mediaType: 'all', id: 1 }] },
    ],
    ["detail.titles.0.id: '0' is no TMDB id: allowed are whole", { version: 1, titles: [{ mediaType: 'tv', id: 0 }] }],
    ["detail.titles.0.id: '1.5' is no TMDB id", { version: 1, titles: [{ mediaType: 'tv', id: 1.5 }] }],
    ["detail.titles.0.id: '1e+21' is no TMDB id", { version: 1, titles: [{ mediaType: 'tv', id: 1e21 }] }],
    ["detail.titles.0.id: '550' is no TMDB id", { version: 1, titles: [{ mediaType: 'tv', id: '550' }] }],
    ["detail.titles.0.id: 'undefined' is no TMDB id", { version: 1, titles: [{ mediaType: 'tv' }] }],
    ['detail.titles: movie:550 is named twice: allowed is once', { version: 1, titles: [...titles, titles[0]] }],
    ['detail.category: category is of a request for lists', { ...request, titles }],
    ['detail.pages: pages is of a request for lists', { version: 1, titles, pages: 1 }],
  ])('is refused with %s', (words, detail) => {
    expect(refusal(plannerEventSchema, asked(detail)).startsWith(words)).toBe(true);
  });
});

describe('what the planner is invoked with', () => {
  it.each([
    ['a schedule of version 2', { ...scheduled, version: 2 }],
    ['a request of version 2', { ...adHoc, detail: { ...request, version: 2 } }],
    ['neither', { hello: 'world' }],
  ])('is refused when it is %s', (_name, event) => {
    expect(plannerEventSchema.safeParse(event).success).toBe(false);
  });

  it('is refused by the name of the wrong member where only a value is wrong', () => {
    const event = { ...adHoc, detail: { ...request, category: 'best' } };
    expect(refusal(plannerEventSchema, event)).toMatch(/^detail\.category: unknown category 'best'/);
  });

  it.each([
    ['version', { ...scheduled, version: 2 }],
    ['schedule', { ...scheduled, schedule: 'hourly' }],
    ['detail.pages', { ...adHoc, detail: { ...request, pages: '2' } }],
  ])('is refused by the name of the wrong member: %s', (member, event) => {
    expect(refusal(plannerEventSchema, event)).toContain(member);
  });
});
