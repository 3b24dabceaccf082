export type SourceKind = 'yaml' | 'dockerfile' | 'variables' | 'shell';

/** A file, or one code block of a Markdown page. */
export interface SourceText {
  readonly file: string;
  readonly kind: SourceKind;
  readonly text: string;
  /** Where the text begins in its file, from 1. */
  readonly firstLine: number;
  /** Of a Dockerfile: whether a .dockerignore belongs to it; absent where nobody can know. */
  readonly hasIgnoreFile?: boolean;
  /** Of a file of variables: whether it is in git. */
  readonly isTracked?: boolean;
}
