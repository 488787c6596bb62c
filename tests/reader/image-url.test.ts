import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ImageKind, imageUrl } from '../../src/reader/open-reader.ts';
import { builtInImages } from '../../src/reader/reference-tier.ts';
import { UsageError } from '../../src/shared/core/errors.ts';

const address = 'https://image.tmdb.org/t/p';

describe('the address of an image', () => {
  it.each<[ImageKind, number | string, string]>([
    ['poster', 342, 'w342'],
    ['poster', 300, 'w342'],
    ['poster', 1, 'w92'],
    ['poster', 781, 'original'],
    ['poster', 'w500', 'w500'],
    ['poster', 'original', 'original'],
    ['backdrop', 780.5, 'w1280'],
    ['profile', 186, 'original'],
    ['profile', 'h632', 'h632'],
    ['logo', 200, 'w300'],
    ['still', 300, 'w300'],
  ])('of a %s, %s wide, has size %s', (kind, size, chosen) => {
    expect(imageUrl(builtInImages, kind, '/abc.jpg', size)).toBe(`${address}/${chosen}/abc.jpg`);
  });

  it('is what docs/reader.md shows', () => {
    const page = readFileSync(new URL('../../docs/reader.md', import.meta.url), 'utf8');
    const calls = [...page.matchAll(/^imageUrl\(images, '(\w+)', (\S+), (\S+)\); \/\/ (?:'([^']+)'|null)/gm)];
    expect(calls.length).toBe(4);
    for (const [, kind = '', path, size = '', address] of calls) {
      const made = imageUrl(
        builtInImages,
        kind as ImageKind,
        path === 'null' ? null : '/…',
        JSON.parse(size.replaceAll("'", '"')),
      );
      expect(made).toBe(address === undefined ? null : encodeURI(address));
    }
  });

  it('is none where there is no path', () => {
    expect(imageUrl(builtInImages, 'poster', null, 342)).toBeNull();
  });

  it.each([
    ['poster', 'w343', /'w343' is no size of a poster: allowed are w92, w154, .*original, or pixels above 0/],
    ['poster', 0, /'0' is no size/],
    ['poster', -5, /'-5' is no size/],
    ['poster', Number.NaN, /'NaN' is no size/],
    ['still', 'w500', /'w500' is no size of a still: allowed are w92, w185, w300, original/],
    ['banner', 342, /unknown kind 'banner': allowed are poster, backdrop, profile, logo, still/],
    ['toString', 342, /unknown kind/],
  ])('is refused for a %s of size %s', (kind, size, message) => {
    const make = () => imageUrl(builtInImages, kind as ImageKind, '/abc.jpg', size);
    expect(make).toThrow(UsageError);
    expect(make).toThrow(message);
    expect(() => imageUrl(builtInImages, kind as ImageKind, null, size)).toThrow(message);
  });

  it.each<[unknown, unknown]>([
    [builtInImages, undefined],
    [builtInImages, 5],
    [builtInImages, {}],
    [undefined, '/abc.jpg'],
    [null, null],
    [{}, '/abc.jpg'],
    [{ ...builtInImages, posterSizes: 'w342' }, '/abc.jpg'],
  ])('is refused with one sentence for images %s and path %s', (images, path) => {
    const make = () => imageUrl(images as typeof builtInImages, 'poster', path as string, 342);
    expect(make).toThrow(UsageError);
    expect(make).toThrow('imageUrl: allowed are the images of an answer, and a path of it or null');
  });

  it('is wide enough, and the nearest that is', () => {
    const sizes = fc.uniqueArray(fc.integer({ min: 1, max: 2_000 }), { maxLength: 6 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 2_500 }), (widths, wanted) => {
        const images = { ...builtInImages, posterSizes: widths.map((width) => `w${width}`) };
        const size = imageUrl(images, 'poster', '/a.jpg', wanted)?.split('/').at(-2) ?? '';
        const width = size === 'original' ? Number.POSITIVE_INFINITY : Number(size.slice(1));
        expect(width).toBeGreaterThanOrEqual(wanted);
        expect(widths.some((other) => other >= wanted && other < width)).toBe(false);
      }),
    );
  });

  it('is one address, whatever the path says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (path) => {
        const url = imageUrl(builtInImages, 'poster', path, 'original') ?? '';
        expect(url.startsWith(`${address}/original/`)).toBe(true);
        expect(url).not.toMatch(/[\s"<>\\^`{|}]/);
      }),
    );
  });
});
