import { describe, expect, it } from 'vitest';
import { checkToken, tmdbTarget } from '../../src/cli/tmdb-target.ts';
import { UsageError } from '../../src/shared/core/errors.ts';
import { caught } from '../support/caught.ts';

describe('the TMDB that a run calls', () => {
  it.each([
    ['https://user:secret@host:99999/', 'https://…@host:99999/'],
    ['https://api.example/3?api_key=secret', 'https://api.example/3…'],
  ])('is refused without the secret of its address: %s', (given, echo) => {
    const error = caught(() => tmdbTarget({ TMDB_BASE_URL: given, TMDB_API_TOKEN: 'token' })) as Error;
    expect(error.message).toMatch(`TMDB_BASE_URL is '${echo}': allowed are`);
  });

  it.each([{}, { TMDB_API_TOKEN: '' }, { TMDB_API_TOKEN: '  ', TMDB_BASE_URL: ' ' }])(
    'is the simulator when nothing is set: %j',
    (environment) => {
      expect(tmdbTarget(environment)).toBeUndefined();
    },
  );

  it('is the real one when there is a token', () => {
    expect(tmdbTarget({ TMDB_API_TOKEN: ' token\n' })).toEqual({
      baseUrl: 'https://api.themoviedb.org/3',
      token: 'token',
    });
  });

  it.each([
    ['http://127.0.0.1:8080/3', 'http://127.0.0.1:8080/3'],
    ['http://localhost:8080/3/', 'http://localhost:8080/3'],
    ['http://[::1]:8080/3//', 'http://[::1]:8080/3'],
    ['https://api.themoviedb.org/3/', 'https://api.themoviedb.org/3'],
    ['https://localhost:8443/3', 'https://localhost:8443/3'],
  ])('is the one that TMDB_BASE_URL names: %s', (given, baseUrl) => {
    expect(tmdbTarget({ TMDB_BASE_URL: given, TMDB_API_TOKEN: 'token' })).toEqual({ baseUrl, token: 'token' });
  });

  it('needs no token on this machine', () => {
    expect(tmdbTarget({ TMDB_BASE_URL: 'http://127.0.0.1:8080/3' })?.token).toMatch(/.+/);
  });

  it.each([
    'nonsense',
    'tmdb.invalid/3',
    'http://tmdb.invalid/3',
    'http://127.0.0.1.tmdb.invalid/3',
    'http://localhost.tmdb.invalid/3',
    'http://192.0.2.1/3',
    'ftp://127.0.0.1/3',
    'file:///etc/passwd',
    'https://tmdb.invalid/3',
    'http://api.themoviedb.org/3',
  ])('is never %s: a token goes to TMDB, or no further than this machine', (given) => {
    const error = caught(() => tmdbTarget({ TMDB_BASE_URL: given, TMDB_API_TOKEN: 'hidden-token' }));
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toBe(
      `TMDB_BASE_URL is '${given}': allowed are https://api.themoviedb.org/3, and http or https on this machine (127.0.0.1, localhost, [::1]), without user, query and fragment: the token goes nowhere else`,
    );
  });

  it.each(['two words', 'line\nbreak', 'nul\0', 'bell\u0007', 'umlaut-ü', 'delete\u007f'])(
    'gets no token like %j, and the sentence does not show it',
    (token) => {
      const error = caught(() => tmdbTarget({ TMDB_API_TOKEN: token }));
      expect(error).toEqual(
        new UsageError(
          'TMDB_API_TOKEN holds characters that no token has: copy the API Read Access Token again, without quotes and line breaks',
        ),
      );
    },
  );
});

describe('the check of the token', () => {
  it('asks no server of this machine', async () => {
    // Nothing listens there.
    await expect(checkToken({ baseUrl: 'http://127.0.0.1:1/3', token: 'token' })).resolves.toBeUndefined();
  });
});
