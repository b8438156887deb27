/** Absolute path of the file of a preset. */
export function pathOf(name: string): string;
/** Its content. @throws Error of the file system */
export function readText(name: string): string;
