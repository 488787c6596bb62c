import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minuteMs } from '../../../src/shared/core/clock.ts';
import { parseRetryAfterMs } from '../../../src/shared/tmdb/classify-answer.ts';

const nowMs = Date.UTC(2026, 10, 23, 8);
const parse = (header: string | undefined) => parseRetryAfterMs(header, nowMs);

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['1', 1_000],
    ['10', 10_000],
    [' 5 ', 5_000],
    ['005', 5_000],
    ['1.5', 1_500],
    ['0.25', 250],
  ])('in seconds: %j', (header, waitMs) => {
    expect(parse(header)).toBe(waitMs);
  });

  it.each([
    ['Mon, 23 Nov 2026 08:00:10 GMT', 10_000],
    ['Monday, 23-Nov-26 08:00:10 GMT', 10_000],
    ['Mon, 23 Nov 2026 08:00:00 GMT', 0],
    ['Mon, 23 Nov 2026 07:59:00 GMT', 0],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['Mon, 23 Nov 2026 08:00:59 GMT', 59_000],
  ])('as a date: %j', (header, waitMs) => {
    expect(parse(header)).toBe(waitMs);
  });

  it.each([
    ['1, 30', 30_000],
    ['30,1', 30_000],
    ['5, Mon, 23 Nov 2026 08:00:10 GMT', 10_000],
    ['Mon, 23 Nov 2026 08:00:10 GMT, 5', 10_000],
    ['Mon, 23 Nov 2026 08:00:10 GMT, Mon, 23 Nov 2026 08:00:20 GMT', 20_000],
    ['Mon, 23 Nov 2026 07:00:00 GMT, 5', 5_000],
    ['3,', 3_000],
  ])('sent twice, where the longer one counts: %j', (header, waitMs) => {
    expect(parse(header)).toBe(waitMs);
  });

  it.each(['61', '3600', '999999999', 'Tue, 24 Nov 2026 08:00:00 GMT', 'Fri, 01 Jan 2100 00:00:00 GMT', '1, 86400'])(
    'is never believed beyond a minute: %j',
    (header) => {
      expect(parse(header)).toBe(minuteMs);
    },
  );

  it.each([undefined, '', '  ', ',', 'soon', '5 seconds', '120s', 'NaN', 'Infinity', '1e3', '0x10', '٣'])(
    'is nothing when absent or not understood: %j',
    (header) => {
      expect(parse(header)).toBeUndefined();
    },
  );

  it.each(['-5', '-0', '+5', '.5', '1.', '5;10', 'foo 12', '2026-11-23', 'try 2099'])(
    'is nothing when not understood, but full of digits: %j',
    (header) => {
      expect(parse(header)).toBeUndefined();
    },
  );

  it('is never believed beyond a minute, however many digits it has', () => {
    expect(parse('9'.repeat(400))).toBe(minuteMs);
  });

  it('of any text is a wait of up to a minute, or nothing', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'0123456789 ,.:-GMTMonNov') })),
        (header) => {
          const waitMs = parse(header);
          expect(waitMs === undefined || (waitMs >= 0 && waitMs <= minuteMs)).toBe(true);
        },
      ),
    );
  });

  it('of whole seconds up to a minute is exact', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), (seconds) => {
        expect(parse(String(seconds))).toBe(seconds * 1000);
        expect(parse(new Date(nowMs + seconds * 1000).toUTCString())).toBe(seconds * 1000);
      }),
    );
  });
});
