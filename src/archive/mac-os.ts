/**
 * Whether macOS added the file or folder to an archive or a folder: extended attributes in AppleDouble files (`._name`, which bsdtar writes
 * before each file, and zip in `__MACOSX`), and settings of the Finder. They are no content of it.
 */
export function isMacOsMetadata(name: string): boolean {
  const parts = name.split("/");
  return parts[0] === "__MACOSX" || parts.some((part) => part.startsWith("._") || part === ".DS_Store");
}
