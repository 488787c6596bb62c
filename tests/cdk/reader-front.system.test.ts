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

const app = 'https://app.example';
const corsOf = (template: PipelineTemplate) => ({
  variable: template.one(fn, 'Reader').Properties.Environment.Variables.CORS_ORIGINS,
  lambda: template.one(url, 'Reader').Properties.Cors,
});
const keyHeaders = (template: PipelineTemplate) =>
  template.one('AWS::CloudFront::CachePolicy', '').Properties.CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin
    .HeadersConfig;

describe('pages of other origins', () => {
  it.each([{}, { url: 'public', cdn: true }, { url: 'public', reservedConcurrency: 3 }])(
    'may read nothing by default: %j',
    async (reader) => {
      const template = await withReader(testFolder(), reader);
      expect(corsOf(template)).toEqual({ variable: undefined, lambda: undefined });
    },
  );

  it('are allowed by the function itself where everybody may call it', async () => {
    const origins = [app, 'http://localhost:5173'];
    const template = await withReader(testFolder(), { url: 'public', reservedConcurrency: 3, cors: { origins } });
    expect(corsOf(template)).toEqual({ variable: 'https://app.example,http://localhost:5173', lambda: undefined });
  });

  it.each([
    [[app], { HeaderBehavior: 'whitelist', Headers: ['Origin'] }],
    [['*'], { HeaderBehavior: 'none' }],
  ])('of %j behind CloudFront: what an answer depends on is in the key', async (origins, headers) => {
    const template = await withReader(testFolder(), { url: 'public', cdn: true, cors: { origins } });
    // CloudFront signs a preflight like everything else, so that the function gets it.
    expect(corsOf(template)).toEqual({ variable: origins.join(), lambda: undefined });
    expect(keyHeaders(template)).toEqual(headers);
    const { DefaultCacheBehavior } = template.one(distribution, '').Properties.DistributionConfig;
    expect(DefaultCacheBehavior.AllowedMethods).toEqual(['GET', 'HEAD', 'OPTIONS']);
    // Only what is in the key or here is passed on, and a preflight is never kept.
    expect(DefaultCacheBehavior.OriginRequestPolicyId).toBeUndefined();
    expect(DefaultCacheBehavior.CachedMethods).toBeUndefined();
    expect(DefaultCacheBehavior.ResponseHeadersPolicyId).toBeUndefined();
  });

  it('are allowed by Lambda where the URL requires IAM, since a preflight has no signature', async () => {
    const origins = [app, 'https://other.example'];
    const template = await withReader(testFolder(), { cors: { origins } });
    // Two of the same header in one answer is what browsers refuse: the function adds none.
    expect(corsOf(template)).toEqual({
      variable: undefined,
      lambda: {
        AllowOrigins: origins,
        AllowMethods: ['GET', 'HEAD'],
        AllowHeaders: ['If-None-Match', 'Authorization', 'X-Amz-Date', 'X-Amz-Security-Token', 'X-Amz-Content-Sha256'],
        ExposeHeaders: ['ETag', 'Cache-Status', 'Age', 'Retry-After'],
        MaxAge: 7200,
      },
    });
    // Lambda takes 100 headers, methods of at most six characters, and no credentials unless told.
    expect(corsOf(template).lambda).not.toHaveProperty('AllowCredentials');
  });

  it('have no URL to read where there is none', async () => {
    const template = await withReader(testFolder(), { url: 'none', cors: { origins: [app] } });
    expect(template.one(fn, 'Reader').Properties.Environment.Variables).not.toHaveProperty('CORS_ORIGINS');
    expect(template.ofType(url)).toEqual([]);
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
