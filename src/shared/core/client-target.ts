/**
 * An endpoint other than AWS, such as an emulator. Without a target, region and credentials are found by the SDK, and the region also in
 * `AWS_DEFAULT_REGION`.
 */
export type ClientTarget = { endpoint: string; region: string };

/** What the reader needs of a `DynamoDBDocumentClient`, whichever installation of `@aws-sdk/lib-dynamodb` it comes from. */
export type DocumentClient = {
  readonly config: object;
  readonly middlewareStack: object;
  send(command: never): Promise<unknown>;
  destroy(): void;
};
