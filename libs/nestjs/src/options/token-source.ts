import type { GivenOption } from './given-option.js';
import type { Machine } from './machine.js';
import type { OptionPath } from './option-fields.js';

/** The token of the management API as given, or why it could not be had. */
export interface GivenToken {
  /** Its value is `undefined` for "no token". */
  readonly given: GivenOption;
  /** What was expected of the file instead. */
  readonly problem?: string;
}

/** The token itself or what its file holds; of two of them the one from code, and two from one place are a problem. */
export function readToken(
  options: Readonly<Record<OptionPath, GivenOption>>,
  readFile: Machine['readFile'],
): GivenToken {
  const { 'management.token': token, 'management.tokenFile': file } = options;
  const isUnused = options.management.value === false;
  if (isUnused || file.value === undefined || (token.source === 'code' && file.source !== 'code')) {
    return { given: token };
  }
  const unusable = (problem: string): GivenToken => ({ given: { ...token, value: undefined }, problem });
  if (token.value !== undefined && token.source === file.source) {
    return unusable('either a token (MANAGEMENT_TOKEN) or its file (MANAGEMENT_TOKEN_FILE), not both');
  }
  if (typeof file.value !== 'string') return unusable('the path of a readable file');
  let content: string;
  try {
    content = readFile(file.value);
  } catch (error) {
    // Neither the path nor the error's message: people put the token itself into this variable.
    return unusable(`the path of a readable file (${(error as NodeJS.ErrnoException).code ?? 'unreadable'})`);
  }
  const text = content.trim();
  return text === ''
    ? unusable('a file that holds a token; it is empty')
    : { given: { ...file, value: text } };
}
