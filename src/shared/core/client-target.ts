/**
 * An endpoint other than AWS, such as an emulator. Without a target, region and credentials are found by the SDK, and the region also in
 * `AWS_DEFAULT_REGION`.
 */
export type ClientTarget = { endpoint: string; region: string };
