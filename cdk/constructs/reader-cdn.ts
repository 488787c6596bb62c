import { Duration, Fn, Stack } from 'aws-cdk-lib';
import {
  AllowedMethods,
  CacheCookieBehavior,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  Distribution,
  FunctionUrlOriginAccessControl,
  HttpVersion,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { FunctionUrlOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { FunctionUrl } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

/** The longest hard TTL of a row, and so the longest life of an answer. */
const longestLife = Duration.days(180);

/**
 * Errors that CloudFront keeps for ten seconds although the reader forbids it by `no-store`. For others it does as the reader says.
 * Source: CloudFront developer guide, error caching, November 2026.
 */
const keptErrors = [400, 403, 405, 500, 502, 503, 504];

/**
 * CloudFront in front of the reader's URL, for everybody. CloudFront signs what it passes on (origin access control), so the URL itself
 * stays closed to others and cannot be used to go around the cache. Answers are kept as long as their own `Cache-Control` says.
 */
export class ReaderCdn extends Construct {
  /** `https://…`, without a slash at its end. */
  readonly url: string;

  /** `url` requires IAM. `origins` are those whose pages may read the answers (`deployment.reader.cors.origins`). */
  constructor(scope: Construct, id: string, url: FunctionUrl, origins: readonly string[]) {
    super(scope, id);
    const { stackName, stackId } = Stack.of(this);
    const signed = new FunctionUrlOriginAccessControl(this, 'Access', {
      // Names are unique in an account over all regions, and end at 64 characters: the stack's own UUID.
      originAccessControlName: `tmdb-pipeline-${Fn.select(2, Fn.split('/', stackId))}`,
    });
    const distribution = new Distribution(this, 'Distribution', {
      comment: `tmdb-pipeline: reader of ${stackName}`,
      httpVersion: HttpVersion.HTTP2_AND_3,
      defaultBehavior: {
        origin: FunctionUrlOrigin.withOriginAccessControl(url, { originAccessControl: signed }),
        allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        cachePolicy: this.#byTheAnswersOwnHeaders(origins),
        compress: true,
      },
      errorResponses: keptErrors.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
    });
    this.url = `https://${distribution.distributionDomainName}`;
  }

  /**
   * With a shortest life of 0 CloudFront heeds `private` and `no-store`; without `Cache-Control` nothing is kept. Answers that allow one origin of
   * several are kept for each, and only what is in the key reaches the reader.
   */
  #byTheAnswersOwnHeaders(origins: readonly string[]): CachePolicy {
    const isSameForAll = origins.length === 0 || origins.includes('*');
    return new CachePolicy(this, 'Cache', {
      minTtl: Duration.seconds(0),
      defaultTtl: Duration.seconds(0),
      maxTtl: longestLife,
      queryStringBehavior: CacheQueryStringBehavior.all(),
      headerBehavior: isSameForAll ? CacheHeaderBehavior.none() : CacheHeaderBehavior.allowList('Origin'),
      cookieBehavior: CacheCookieBehavior.none(),
      // The reader compresses with gzip only: Brotli would be one more copy of each answer.
      enableAcceptEncodingGzip: true,
      enableAcceptEncodingBrotli: false,
    });
  }
}
