import { describe, expect, it } from 'vitest';
import { acceptsGzip } from '../../../src/reader/http/responses.ts';

describe('Accept-Encoding', () => {
  it.each([
    'gzip',
    'GZIP',
    'gzip, deflate, br',
    'br;q=1.0, gzip;q=0.8, *;q=0.1',
    'deflate,gzip;q=0.001',
    'gzip ; q=1',
    '*',
    '*;q=0.5',
    'gzip, *;q=0',
    'identity;q=1, gzip;q=0.5',
  ])('%j asks for gzip', (header) => {
    expect(acceptsGzip(header)).toBe(true);
  });

  it.each([
    null,
    '',
    'identity',
    'br',
    'deflate, br',
    'gzip;q=0',
    'gzip;q=0.000',
    'gzip; q=0, *',
    '*;q=0',
    'x-gzipped',
    'gzip;q=much',
  ])('%j does not', (header) => {
    expect(acceptsGzip(header)).toBe(false);
  });
});
