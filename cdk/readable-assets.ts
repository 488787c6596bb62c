import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Lambda runs a function as another user than the owner of its files: folders need 755, files 644. */
const modes = { folder: 0o755, file: 0o644 };

/**
 * Makes everything in the assets of a cloud assembly readable for Lambda. The zip that CDK uploads keeps the modes of the files, and they come
 * from the umask of whoever bundled or copied them. With a umask of 077 the function would not start, and a later deployment would not
 * replace it, since the hash of an asset does not include modes.
 * @param assembly - folder of the assembly (`cdk.out`)
 */
export function makeAssetsReadable(assembly: string): void {
  for (const entry of readdirSync(assembly, { withFileTypes: true })) {
    if (entry.isDirectory() && entry.name.startsWith('asset.')) {
      makeReadable(join(assembly, entry.name));
    }
  }
}

function makeReadable(folder: string): void {
  chmodSync(folder, modes.folder);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      makeReadable(path);
    } else if (entry.isFile()) {
      chmodSync(path, modes.file);
    }
  }
}
