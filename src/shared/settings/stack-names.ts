/** The stack that `deploy` makes when the settings name none. Its names are those that the documentation shows. */
export const defaultStackName = 'TmdbPipeline';

/** The member of the template's `Metadata` that holds the settings as one text of JSON, so that what is deployed can be compared with a settings file. */
export const settingsMetadata = 'Settings';

/** What of a deployment is named by hand and would be shared by two stacks of an account. */
export type StackNames = {
  /** `Source` of the ad-hoc events that the stack's planner takes. */
  eventSource: string;
  /** SecureString parameter that holds the TMDB token. */
  tokenParameter: string;
  /** The table of the catalog. */
  catalogTable: string;
};

/**
 * The names that follow the stack's name, so that two stacks share nothing. Event sources and parameters keep a common prefix, because
 * AWS reserves those that begin with `aws` or `ssm`, and a stack may be called so.
 */
export function stackNames(stackName: string): StackNames {
  return stackName === defaultStackName
    ? {
        eventSource: 'tmdb-pipeline',
        tokenParameter: '/tmdb-pipeline/tmdb-token',
        catalogTable: 'MovieRecCache',
      }
    : {
        eventSource: `tmdb-pipeline.${stackName}`,
        tokenParameter: `/tmdb-pipeline/${stackName}/tmdb-token`,
        catalogTable: `${stackName}-MovieRecCache`,
      };
}
