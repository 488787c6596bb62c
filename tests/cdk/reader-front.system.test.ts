import { beforeAll, describe, expect, it } from 'vitest';
import { cacheControl } from '../../src/reader/http/responses.ts';
import { settingsFrom } from '../../src/shared/settings/settings-overrides.ts';
import { type PipelineTemplate, pipelineTemplate } from '../support/pipeline-template.ts';
import { scratchFolder, testFolder } from '../support/scratch-folder.ts';

const fn = 'AWS::Lambda::Function';
const url = 'AWS::Lambda::Url';
const permission = 'AWS::Lambda::Permission';
const distribution = 'AWS::CloudFront::Distribution';

const withReader = (folder: string, reader: object) => pipelineTemplate(folder, { deployment: { reader } });

/** Permissions on the reader, without those of other functions. */
const permissionsOf = (template: PipelineTemplate) =>
  template
    .ofType(permission)
    .map(([, { Properties }]) => Properties)
    .filter(({ FunctionName }) => JSON.stringify(FunctionName).includes('"Reader'));

describe('the reader without a CDN', () => {
  it('asks for IAM by default, and has no distribution', async () => {
    const template = await withReader(testFolder(), {});
    expect(template.one(url, 'Reader').Properties.AuthType).toBe('AWS_IAM');
    expect(permissionsOf(template)).toEqual([]);
    expect(Object.values(template.resources).filter(({ Type }) => Type.startsWith('AWS::CloudFront'))).toEqual([]);
    expect(template.outputs).not.toHaveProperty('ReaderCdnUrl');
    expect(template.one(fn, 'Reader').Properties).not.toHaveProperty('ReservedConcurrentExecutions');
  });

  it('answers everybody where its concurrency is bounded: by its URL only', async () => {
    const template = await withReader(testFolder(), { url: 'public', reservedConcurrency: 7 });
    expect(template.one(url, 'Reader').Properties.AuthType).toBe('NONE');
    expect(permissionsOf(template)).toMatchObject([
      { Action: 'lambda:InvokeFunctionUrl', Principal: '*', FunctionUrlAuthType: 'NONE' },
      { Action: 'lambda:InvokeFunction', Principal: '*', InvokedViaFunctionUrl: true },
    ]);
    const reserved = template.ofType(fn).filter(([, { Properties }]) => 'ReservedConcurrentExecutions' in Properties);
    expect(reserved.map(([id, { Properties }]) => [id, Properties.ReservedConcurrentExecutions])).toEqual([
      [expect.stringMatching(/^Reader/), 7],
    ]);
  });
});

describe('CloudFront in front of the reader', () => {
  const folder = scratchFolder();
  let template: PipelineTemplate;
  beforeAll(async () => {
    template = await withReader(folder, { url: 'public', cdn: true });
  });
  const config = () => template.one(distribution, '').Properties.DistributionConfig;

  it('is the only way in without IAM: it signs what it passes on', () => {
    expect(template.one(url, 'Reader').Properties.AuthType).toBe('AWS_IAM');
    const access = template.one('AWS::CloudFront::OriginAccessControl', '');
    expect(access.Properties.OriginAccessControlConfig).toMatchObject({
      OriginAccessControlOriginType: 'lambda',
      SigningBehavior: 'always',
      SigningProtocol: 'sigv4',
    });
    const [origin, ...others] = config().Origins;
    expect(others).toEqual([]);
    expect(JSON.stringify(origin.OriginAccessControlId)).toContain(access.id);
    expect(origin.CustomOriginConfig.OriginProtocolPolicy).toBe('https-only');
    expect(JSON.stringify(origin.DomainName)).toContain(template.one(url, 'Reader').id);
  });

  it('may call the function by its URL and not otherwise, for this distribution alone', () => {
    const { id } = template.one(distribution, '');
    const permissions = permissionsOf(template);
    expect(permissions.map(({ Action, InvokedViaFunctionUrl }) => [Action, InvokedViaFunctionUrl])).toEqual([
      ['lambda:InvokeFunctionUrl', undefined],
      ['lambda:InvokeFunction', true],
    ]);
    for (const { Principal, SourceArn } of permissions) {
      expect(Principal).toBe('cloudfront.amazonaws.com');
      expect(JSON.stringify(SourceArn)).toContain(id);
    }
  });

  it('keeps an answer as long as its own headers say, and none without them', () => {
    const { CachePolicyConfig: policy } = template.one('AWS::CloudFront::CachePolicy', '').Properties;
    expect(JSON.stringify(config().DefaultCacheBehavior.CachePolicyId)).toContain('ReaderCdnCache');
    expect(policy).toMatchObject({ MinTTL: 0, DefaultTTL: 0 });
    // No answer of the reader lives longer.
    const { maxHardDays } = settingsFrom(undefined).ttl;
    const longest = { freshUntil: '2027-01-01T00:00:00Z', expiresAt: '2027-01-01T00:00:00Z', stale: false };
    const [maxAge] =
      /max-age=(\d+)/
        .exec(cacheControl(longest, 'public', Date.UTC(2027, 0, 1) - maxHardDays * 86_400_000))
        ?.slice(1) ?? [];
    expect(policy.MaxTTL).toBeGreaterThanOrEqual(Number(maxAge));
  });

  it('tells answers apart by what the reader looks at: path, query and gzip', () => {
    const { CachePolicyConfig: policy } = template.one('AWS::CloudFront::CachePolicy', '').Properties;
    expect(policy.ParametersInCacheKeyAndForwardedToOrigin).toEqual({
      QueryStringsConfig: { QueryStringBehavior: 'all' },
      HeadersConfig: { HeaderBehavior: 'none' },
      CookiesConfig: { CookieBehavior: 'none' },
      EnableAcceptEncodingGzip: true,
      EnableAcceptEncodingBrotli: false,
    });
    expect(config().DefaultCacheBehavior).toMatchObject({
      AllowedMethods: ['GET', 'HEAD', 'OPTIONS'],
      ViewerProtocolPolicy: 'https-only',
    });
    expect(config().CacheBehaviors).toBeUndefined();
  });

  it('keeps no error longer than its headers say, which is not at all', () => {
    // Of all errors that CloudFront caches it heeds `no-store` for the other four.
    expect(config().CustomErrorResponses).toEqual(
      [400, 403, 405, 500, 502, 503, 504].map((ErrorCode) => ({ ErrorCode, ErrorCachingMinTTL: 0 })),
    );
  });

  it('is an output, beside the URL that it stands before', () => {
    expect(JSON.stringify(template.outputs.ReaderCdnUrl)).toContain(template.one(distribution, '').id);
    expect(template.outputs.ReaderUrl).toBeDefined();
  });

  it('shares no name with another stack, of this region or another', async () => {
    const long = 'S'.repeat(54);
    const other = await pipelineTemplate(testFolder(), {
      deployment: { stackName: long, reader: { url: 'public', cdn: true } },
    });
    const nameOf = (of: PipelineTemplate) =>
      of.one('AWS::CloudFront::CachePolicy', '').Properties.CachePolicyConfig.Name['Fn::Join'][1];
    expect(nameOf(other)).not.toEqual(nameOf(template));
    expect(nameOf(other).at(-1)).toEqual({ Ref: 'AWS::Region' });
    // CloudFront takes 128 characters; the longest name of a region has 14.
    expect(String(nameOf(other)[0]).length).toBeLessThanOrEqual(128 - 14);
    // The name of the access control is that of the stack's id, which has 36 characters; CloudFront takes 64.
    const access = other.one('AWS::CloudFront::OriginAccessControl', '').Properties.OriginAccessControlConfig.Name;
    expect(JSON.stringify(access)).toContain('AWS::StackId');
    expect(`${access['Fn::Join'][1][0]}`.length + 36).toBeLessThanOrEqual(64);
  });

  it('can stand before a reader of bounded concurrency', async () => {
    const both = await withReader(testFolder(), { url: 'public', cdn: true, reservedConcurrency: 3 });
    expect(both.one(fn, 'Reader').Properties.ReservedConcurrentExecutions).toBe(3);
    expect(both.ofType(distribution)).toHaveLength(1);
  });
});

describe('the log of the reader', () => {
  it('has no lines of Lambda for each read, and EMF records as they are written', async () => {
    const template = await pipelineTemplate(testFolder());
    const { LoggingConfig } = template.one(fn, 'Reader').Properties;
    // An application log level would leave out records without a level, such as those of metrics.
    expect(LoggingConfig).toEqual({ LogFormat: 'JSON', SystemLogLevel: 'WARN', LogGroup: expect.anything() });
  });
});
