import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { awsFailure, failureSentence } from '../../../src/shared/core/aws-failure.ts';

const named = (name: string, message = 'arn:aws:iam::000000000000:role/secret', more: object = {}) =>
  Object.assign(new Error(message), { name }, more);
const coded = (code: string) => Object.assign(new Error(`connect ${code} 10.0.0.1:443`), { code });

describe('why a call of AWS failed', () => {
  it.each([
    [named('CredentialsProviderError', 'Could not load credentials from any providers'), 'credentials_missing'],
    [named('CredentialsProviderError', 'The SSO session has expired'), 'credentials_expired'],
    [named('ExpiredTokenException'), 'credentials_expired'],
    [named('UnrecognizedClientException'), 'credentials_refused'],
    [named('InvalidSignatureException', 'Signature expired: 20261123T080000Z'), 'credentials_expired'],
    [new Error('Region is missing'), 'region_missing'],
    [new Error('Region not accepted: region="" is not a valid hostname component.'), 'region_missing'],
    [named('AccessDeniedException'), 'access_denied'],
    [named('ResourceNotFoundException'), 'no_such_table'],
    [
      named('ValidationException', 'The table does not have the specified index: CategoryContentTypeIndex'),
      'no_such_index',
    ],
    [named('ValidationException', 'One or more parameter values were invalid'), 'invalid_request'],
    [named('QueueDoesNotExist'), 'no_such_queue'],
    [named('ProvisionedThroughputExceededException'), 'throttled'],
    [named('RequestThrottled'), 'throttled'],
    [named('TimeoutError'), 'timed_out'],
    [named('AbortError'), 'timed_out'],
    [coded('ECONNREFUSED'), 'connection_refused'],
    [coded('ENOTFOUND'), 'unknown_host'],
    [coded('SELF_SIGNED_CERT_IN_CHAIN'), 'certificate_untrusted'],
    [coded('ECONNRESET'), 'network_failed'],
    [Object.assign(coded('ECONNRESET'), { name: 'TimeoutError' }), 'network_failed'],
    [coded('EPROTO'), 'not_aws'],
    [named('SyntaxError', 'Unexpected token <', { $metadata: { httpStatusCode: 403 } }), 'not_aws'],
    [named('SyntaxError', 'Unexpected token <', { $metadata: { httpStatusCode: 502 } }), 'service_failed'],
    [
      named('Error', '@aws-sdk XML parse error: unexpected content.', { $metadata: { httpStatusCode: 200 } }),
      'not_aws',
    ],
    [named('Unknown', 'UnknownError', { $metadata: { httpStatusCode: 404 } }), 'not_aws'],
    ...[
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'CERT_HAS_EXPIRED',
      'CERT_NOT_YET_VALID',
      'CERT_UNTRUSTED',
      'CERT_REVOKED',
      'CERT_CHAIN_TOO_LONG',
      'UNABLE_TO_GET_CRL',
      'CRL_HAS_EXPIRED',
      'INVALID_CA',
      'INVALID_PURPOSE',
      'PATH_LENGTH_EXCEEDED',
      'HOSTNAME_MISMATCH',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ].map((code): [Error, string] => [coded(code), 'certificate_untrusted']),
    ...['proxy_econnrefused', 'proxy_407', 'proxy_timeout', 'proxy_broke_off'].map((code): [Error, string] => [
      named('ProxyFailure', 'the proxy at 10.0.0.1:3128 cannot be reached', { code }),
      'proxy_failed',
    ]),
    ...['ERR_SSL_WRONG_VERSION_NUMBER', 'HPE_INVALID_CONSTANT'].map((code): [Error, string] => [
      coded(code),
      'not_aws',
    ]),
    ...['EHOSTDOWN', 'ERR_TLS_HANDSHAKE_TIMEOUT'].map((code): [Error, string] => [coded(code), 'network_failed']),
    [named('InternalServerError'), 'service_failed'],
    [named('SomethingNew', 'x', { $metadata: { httpStatusCode: 503 } }), 'service_failed'],
    [named('SomethingNew', 'x', { $metadata: { httpStatusCode: 403 } }), 'access_denied'],
    [named('SomethingNew', 'x', { $metadata: { httpStatusCode: 429 } }), 'throttled'],
    [named('SomethingNew', 'x', { $metadata: { httpStatusCode: 400 } }), 'invalid_request'],
    [new TypeError('x is not a function'), 'unexpected'],
    ['a text', 'unexpected'],
    [undefined, 'unexpected'],
  ])('%s: %s', (error, code) => {
    expect(awsFailure(error).code).toBe(code);
  });

  it('may lie in what caused it, or in each of the addresses that were tried', () => {
    expect(awsFailure(new Error('outer', { cause: coded('ECONNREFUSED') })).code).toBe('connection_refused');
    expect(awsFailure(new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')])).code).toBe(
      'connection_refused',
    );
    const circle: { cause?: unknown } = {};
    circle.cause = circle;
    expect(awsFailure(circle).code).toBe('unexpected');
  });

  it('is told in our words, with the name that is documented and nothing of the message', () => {
    const sentence = failureSentence(awsFailure(named('AccessDeniedException')));
    expect(sentence).toMatch(/policy.*\(AccessDeniedException\)$/);
    expect(sentence).not.toMatch(/arn:|secret/);
  });

  it('has a code and a sentence, whatever was thrown', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (thrown) => {
        const { code, detail } = awsFailure(thrown);
        expect([typeof code, detail.length > 0]).toEqual(['string', true]);
      }),
    );
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
      },
    );
    expect(awsFailure(hostile).code).toBe('unexpected');
  });
});
