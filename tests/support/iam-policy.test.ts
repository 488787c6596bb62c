import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allows, parseStatement } from './iam-policy.ts';

const queue = 'arn:aws:sqs:us-east-1:123456789012:jobs';
const send = { action: 'sqs:SendMessage', resource: queue };
const allowing = (over: object = {}) =>
  parseStatement({ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: queue, ...over });

describe('a statement', () => {
  it('allows its own actions on its own resources', () => {
    expect(allows([allowing()], send)).toBe(true);
    expect(allows([allowing({ Action: ['sqs:ReceiveMessage', 'sqs:SendMessage'] })], send)).toBe(true);
    expect(allows([allowing({ Action: 'sqs:SendMessageBatch' })], send)).toBe(false);
    expect(allows([allowing({ Resource: `${queue}-dlq` })], send)).toBe(false);
    expect(allows([], send)).toBe(false);
  });

  it('takes a star for any text, and other characters for themselves', () => {
    const text = fc.stringMatching(/^[a-z0-9.+()/-]{1,20}$/);
    fc.assert(
      fc.property(text, text, (group, stream) => {
        const resource = `arn:aws:logs:us-east-1:1:log-group:${group}:*`;
        const logs = [parseStatement({ Effect: 'Allow', Action: 'logs:PutLogEvents', Resource: resource })];
        const call = (name: string) => ({
          action: 'logs:PutLogEvents',
          resource: `arn:aws:logs:us-east-1:1:log-group:${name}:log-stream:${stream}`,
        });
        expect(allows(logs, call(group))).toBe(true);
        expect(allows(logs, call(`${group}x`))).toBe(false);
      }),
    );
  });

  it('holds only under its conditions, and a key that a call does not have fulfils none', () => {
    const statement = allowing({
      Principal: { Service: 'events.amazonaws.com' },
      Condition: { ArnEquals: { 'aws:SourceArn': 'arn:rule' }, Bool: { 'aws:SecureTransport': true } },
    });
    const context = { 'aws:SourceArn': 'arn:rule', 'aws:SecureTransport': 'true' };
    const call = { ...send, principal: 'events.amazonaws.com', context };
    expect(allows([statement], call)).toBe(true);
    expect(allows([statement], { ...call, context: { ...context, 'aws:SourceArn': 'arn:other' } })).toBe(false);
    expect(allows([statement], { ...call, context: { 'aws:SourceArn': 'arn:rule' } })).toBe(false);
    expect(allows([statement], { ...call, principal: 's3.amazonaws.com' })).toBe(false);
    expect(allows([statement], { ...send, context })).toBe(false);
  });

  it('that denies wins over any that allows', () => {
    const denying = parseStatement({ Effect: 'Deny', Action: 'sqs:*', Resource: '*' });
    expect(allows([allowing(), denying], send)).toBe(false);
    expect(allows([denying, allowing()], send)).toBe(false);
  });

  it.each([
    ['NotAction', { NotAction: 'sqs:SendMessage' }],
    ['NotResource', { NotResource: queue }],
    ['NotPrincipal', { NotPrincipal: '*' }],
    ['an account as principal', { Principal: { AWS: 'arn:aws:iam::123456789012:root' } }],
    ['two kinds of principals', { Principal: { AWS: '*', Service: 's3.amazonaws.com' } }],
    ['another operator', { Condition: { StringLike: { 'aws:SourceArn': 'arn:*' } } }],
    ['an operator for absent keys', { Condition: { StringEqualsIfExists: { 'aws:SourceArn': 'arn:*' } } }],
    ['another effect', { Effect: 'Perhaps' }],
    ['an action that is not resolved', { Action: { Ref: 'Actions' } }],
    ['a resource that is not resolved', { Resource: { 'Fn::GetAtt': ['Queue', 'Arn'] } }],
  ])('is refused with %s, of which the evaluator knows nothing', (_, over) => {
    expect(() => allowing(over)).toThrow();
  });
});
