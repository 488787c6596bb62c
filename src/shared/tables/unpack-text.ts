import { brotliDecompressSync } from 'node:zlib';

/**
 * What is packed in a row came through a queue as JSON, and SQS takes 1 MiB: nothing that the pipeline has stored unpacks to more. A
 * row of 228 KB that somebody has tampered with can, by a factor of five thousand.
 */
export const mostUnpackedBytes = 1_048_576;

/** The text of a Brotli stream. @throws when the bytes are none, or unpack to more than `mostUnpackedBytes`, of which no more is read. */
export function unpackText(packed: Uint8Array): string {
  return brotliDecompressSync(packed, { maxOutputLength: mostUnpackedBytes }).toString('utf8');
}
