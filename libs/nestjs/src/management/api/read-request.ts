import type { IncomingMessage } from 'node:http';
import { ApiError } from './api-error.js';

/** The parameters behind the `?`. */
export function queryOf({ url }: IncomingMessage): URLSearchParams {
  return new URLSearchParams(url!.split('?', 2)[1] ?? '');
}

/** The body as a JSON object of at most `maxBytes`. Rejects with ApiError. */
export async function readObject(
  request: IncomingMessage,
  maxBytes: number,
): Promise<Readonly<Record<string, unknown>>> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > maxBytes) {
      throw new ApiError(413, 'too_large', `the request is larger than ${maxBytes} bytes (maxMessageBytes)`);
    }
    parts.push(part);
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(parts).toString());
  } catch {
    throw invalid('the request has to be JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('the request has to be a JSON object');
  }
  return value as Record<string, unknown>;
}

export function invalid(message: string): ApiError {
  return new ApiError(400, 'invalid_request', message);
}

export function textField(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = body[name];
  if (typeof value !== 'string' || value === '') throw invalid(`"${name}" has to be a text`);
  return value;
}
