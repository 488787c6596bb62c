import { AxiosError } from 'axios';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networkFailure, timedOutCall } from '../../../src/shared/core/network-failure.ts';

const facts = { host: 'tmdb.example', proxy: undefined, timeoutMs: 8_000, connecting: false };
const failed = (code: string) => Object.assign(new Error('Bearer secret'), { code });

describe('what broke off a call', () => {
  it.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /certificate of tmdb\.example is not trusted.*NODE_EXTRA_CA_CERTS/],
    ['SELF_SIGNED_CERT_IN_CHAIN', /certificate of tmdb\.example is not trusted.*NODE_EXTRA_CA_CERTS/],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', /certificate of tmdb\.example is not trusted/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /certificate of tmdb\.example is not trusted/],
    ['CERT_HAS_EXPIRED', /certificate of tmdb\.example has expired: check the clock/],
    ['CERT_NOT_YET_VALID', /certificate of tmdb\.example is not valid yet/],
    ['CERT_REVOKED', /certificate of tmdb\.example is not valid/],
    ['CERT_UNTRUSTED', /certificate of tmdb\.example is not trusted/],
    ['INVALID_CA', /certificate of tmdb\.example is not trusted/],
    ['INVALID_PURPOSE', /certificate of tmdb\.example is not valid/],
    ['CRL_HAS_EXPIRED', /certificate of tmdb\.example is not valid/],
    ['HOSTNAME_MISMATCH', /certificate that tmdb\.example shows is for another host name/],
    ['CERT_SIGNATURE_FAILURE', /certificate of tmdb\.example is not valid/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /certificate that tmdb\.example shows is for another host name/],
    ['ECONNREFUSED', /tmdb\.example refused the connection/],
    ['ENOTFOUND', /unknown host tmdb\.example/],
    ['EAI_AGAIN', /tmdb\.example could not be looked up/],
    ['EHOSTUNREACH', /no route to tmdb\.example/],
    ['ENETUNREACH', /no route to tmdb\.example/],
    ['ECONNRESET', /connection to tmdb\.example was reset/],
    ['EPIPE', /connection to tmdb\.example was reset/],
    ['ETIMEDOUT', /tmdb\.example could not be connected to in time/],
    ['EPROTO', /tmdb\.example does not speak TLS/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', /tmdb\.example does not speak TLS/],
    ['HPE_INVALID_CONSTANT', /tmdb\.example answered is not HTTP/],
    ['EVERYTHING_ELSE', /call to tmdb\.example broke off/],
  ])('has its code and its sentence: %s', (code, sentence) => {
    const { code: told, detail } = networkFailure(failed(code), facts);
    expect(told).toBe(code.toLowerCase());
    expect(detail).toMatch(sentence);
    expect(detail).toContain(`(${code})`);
  });

  it('is found in a cause, and in the first of several attempts', () => {
    const many = new AggregateError([failed('ENETUNREACH'), failed('ECONNREFUSED')]);
    expect(networkFailure(new Error('wrapped', { cause: failed('ENOTFOUND') }), facts).code).toBe('enotfound');
    expect(networkFailure(many, facts).code).toBe('enetunreach');
    expect(networkFailure(AxiosError.from(failed('ECONNREFUSED')), facts).code).toBe('econnrefused');
  });

  it('names the proxy that the connection ran through', () => {
    const { detail } = networkFailure(failed('ECONNRESET'), { ...facts, proxy: 'proxy.example:3128' });
    expect(detail).toMatch(/through the proxy at proxy\.example:3128/);
  });

  it('whatever was thrown: never throws, never shows its text', () => {
    const thrown = fc.oneof(
      fc.anything(),
      fc.string().map((code) => failed(code)),
      fc.anything().map((code) => Object.assign(new Error('Bearer secret'), { code })),
    );
    fc.assert(
      fc.property(thrown, (error) => {
        const { code, detail } = networkFailure(error, facts);
        expect(code).toBe(code.toLowerCase());
        expect(detail).not.toContain('secret');
      }),
    );
  });
});

describe('a call whose time was up', () => {
  it.each([
    [{}, 'timeout', /^no complete answer within 8000 ms from tmdb\.example$/],
    [{ connecting: true }, 'connect_timeout', /^no connection to tmdb\.example within 8000 ms/],
    [{ proxy: 'p:1' }, 'timeout', /through the proxy at p:1$/],
    [{ proxy: 'p:1', connecting: true }, 'proxy_timeout', /^the proxy at p:1 opened no tunnel in time/],
  ])('says what it was waiting for: %j', (more, code, detail) => {
    expect(timedOutCall({ ...facts, ...more })).toEqual({ code, detail: expect.stringMatching(detail) });
  });
});
