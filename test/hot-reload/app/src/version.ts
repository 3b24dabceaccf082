/** The file that the runner edits. */
export const VERSION = 1;
