import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenAddress } from '../../../src/shared/tmdb/token-address.ts';

describe('the token', () => {
  it.each(['https://api.themoviedb.org/3', 'https://API.TheMovieDB.org/3/', 'https://api.themoviedb.org:443/3//'])(
    'goes to TMDB: %s',
    (url) => {
      expect(tokenAddress(url)).toBe('tmdb');
    },
  );

  it.each([
    'https://api.themoviedb.org',
    'https://api.themoviedb.org/4',
    'https://api.themoviedb.org/3?api_key=k',
    'https://api.themoviedb.org/3?',
    'http://127.0.0.1:8080/3?api_key=k',
    'http://127.0.0.1:8080/3#here',
  ])('goes to no address to which no path can be appended, or that is not version 3: %s', (url) => {
    expect(tokenAddress(url)).toBe('elsewhere');
  });

  it.each([
    'http://127.0.0.1:8080/3',
    'https://127.0.0.1/3',
    'http://localhost:1/3',
    'http://LOCALHOST/3',
    'http://[::1]:8080/3',
    'http://[0:0:0:0:0:0:0:1]/3',
    // Other writings of 127.0.0.1: fetch and axios go there.
    'http://2130706433/3',
    'http://0x7f.1/3',
    'http://0177.0.0.1/3',
    'http://127.1/3',
    'http://127.255.0.9/3',
  ])('goes to this machine: %s', (url) => {
    expect(tokenAddress(url)).toBe('this-machine');
  });

  it.each([
    'http://api.themoviedb.org/3',
    'https://api.themoviedb.org:8443/3',
    'https://api.themoviedb.org./3',
    'https://themoviedb.org/3',
    'https://www.themoviedb.org/3',
    'https://evil.api.themoviedb.org/3',
    'https://api.themoviedb.org.evil.example/3',
    'https://api-themoviedb.org/3',
    'https://api.themoviedb.org@evil.example/3',
    'https://api.themoviedb.org:443@evil.example/3',
    'https://user:password@api.themoviedb.org/3',
    'https://evil.example\\@api.themoviedb.org/3',
    'https://evil.example#@api.themoviedb.org/3',
    'https://evil.example?https://api.themoviedb.org/3',
    'https://api.themoviedb.org%2eevil.example/3',
    'https://api.themоviedb.org/3',
    'https://api.themoviedb.org\t.evil.example/3',
    'http://localhost.evil.example/3',
    'http://evil.localhost/3',
    'http://localhost./3',
    'http://127.0.0.1.nip.io/3',
    'http://127.0.0.1.evil.example/3',
    'http://user@127.0.0.1/3',
    'http://0.0.0.0/3',
    'http://[::]/3',
    'http://[::ffff:127.0.0.1]/3',
    'http://[fe80::1]/3',
    'http://10.0.0.1/3',
    'http://169.254.169.254/3',
    'https://192.0.2.1/3',
    'http://3232235777/3',
    'ftp://127.0.0.1/3',
    'ws://127.0.0.1/3',
    'file:///etc/passwd',
    '//api.themoviedb.org/3',
    'api.themoviedb.org/3',
    '',
  ])('goes not to %s', (url) => {
    expect(tokenAddress(url)).toBe('elsewhere');
  });

  it('goes to no host of the web but TMDB’s, however it is written', () => {
    fc.assert(
      fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), (url) => {
        expect(tokenAddress(url)).toBe('elsewhere');
        expect(tokenAddress(`https://api.themoviedb.org@${url.replace(/^https?:\/\//, '')}`)).toBe('elsewhere');
      }),
    );
  });

  it('is refused to what is no address, without an exception', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(['tmdb', 'this-machine', 'elsewhere']).toContain(tokenAddress(text));
      }),
    );
  });
});
