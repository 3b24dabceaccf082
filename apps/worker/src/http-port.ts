/** Port of the HTTP API: HTTP_PORT, or HEALTH_PORT as the variable was called first; default 8080. Throws on anything else. */
export function readHttpPort(env: NodeJS.ProcessEnv): number {
  const [variable, text] =
    env.HTTP_PORT !== undefined ? ['HTTP_PORT', env.HTTP_PORT] : ['HEALTH_PORT', env.HEALTH_PORT];
  if (text === undefined) return 8080;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new Error(`${variable} is "${text}"; expected a port from 0 to 65535`);
}
