/** Whether the definition of each field of a title's details is whole: these cases hold for any field that is added. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mediaTypes } from '../../../src/shared/core/feed.ts';
import {
  detailFieldList,
  partNames,
  titleParts,
  titlePartsSchema,
} from '../../../src/shared/queues/details/title-parts.ts';
import { without } from '../../support/without.ts';

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
const kept = { countries: ['US', 'DE'], language: 'en' };

describe.each(detailFieldList)('the field $name', ({ part, name, field }) => {
  it('says what it is, and where in TMDB’s answer it stands', () => {
    expect(field.words).toMatch(/^[A-Z].+\.$/);
    expect(field.bound).toMatch(/^[A-Z].+[;.,:].+\.$/);
    for (const mediaType of mediaTypes) {
      const member = titleParts[part].member?.[mediaType];
      const paths = field.from[mediaType];
      expect(paths.join()).toMatch(/^[a-z_/.,]*$/);
      // What belongs to a part lies in the member that says whether the part is known.
      expect(member === undefined || paths.some((path) => path === member || path.startsWith(`${member}.`))).toBe(true);
    }
    expect(mediaTypes.some((mediaType) => field.from[mediaType].length > 0)).toBe(true);
  });

  it('has something that stands for nothing, which a message takes and TMDB’s silence gives for each kept country', () => {
    const nothing = field.nothing();
    expect(field.message.parse(nothing)).toEqual(nothing);
    expect(ajv.validate(field.json, nothing)).toBe(true);
    expect(field.read([], { countries: [], language: 'en' })).toEqual(nothing);
  });

  it('is read as one that a message and the document take, whatever TMDB sends', () => {
    const validate = ajv.compile(field.json);
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 5 }), (members) => {
        const value = field.read(members, kept);
        expect(field.message.parse(value)).toEqual(value);
        expect(validate(value)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('may be missing in messages and rows of builds that did not have it, and is nothing then', () => {
    const others = Object.fromEntries(
      detailFieldList.filter((one) => one.part === part).map((one) => [one.name, one.field.nothing()]),
    );
    const parsed = titlePartsSchema.parse({ [part]: without(others, name) });
    expect(parsed).toEqual({ [part]: others });
  });
});

describe('parts', () => {
  it('are unknown where a message has none', () => {
    expect(titlePartsSchema.parse({})).toEqual({});
  });

  it('stand in an order that rows depend on', () => {
    // A version of a row has a place for each part: a new one comes last, and none moves.
    expect(partNames).toEqual([
      ...['base', 'keywords', 'credits', 'externalIds', 'certifications', 'watch', 'videos', 'recommendations'],
    ]);
  });
});
