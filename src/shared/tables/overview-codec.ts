import { brotliCompressSync, constants } from 'node:zlib';
import { unpackText } from './unpack-text.ts';

/** Below this many UTF-8 bytes the saving is smaller than the reader's work. */
const compressFromBytes = 200;

/**
 * An overview as it is stored: text while short, Brotli bytes when long and when that is smaller. Brotli's built-in
 * dictionary makes it worth while from a few hundred bytes on, where gzip still pays for its header.
 */
export function encodeOverview(overview: string): string | Uint8Array<ArrayBuffer> {
  const bytes = Buffer.byteLength(overview);
  if (bytes < compressFromBytes) {
    return overview;
  }
  const compressed = brotliCompressSync(overview, {
    params: {
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes,
    },
  });
  return compressed.byteLength < bytes ? new Uint8Array(compressed) : overview;
}

/** The text again. @throws when the bytes are no Brotli stream, or one of a text that no overview is as long as. */
export function decodeOverview(stored: string | Uint8Array): string {
  return typeof stored === 'string' ? stored : unpackText(stored);
}
