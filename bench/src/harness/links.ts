/** With it links are TLS with a pre-shared key, as users run them; without it plain TCP. */
export interface LinkOptions {
  readonly secret: boolean;
}

/** More than the default: 1024 calls of 64 KiB under way at a time are refused otherwise. */
export const MAX_QUEUED_BYTES = 256 * 1024 * 1024;

export const SECRET = 'a-secret-for-the-benchmark';
