// What the product itself makes of a pod's variables: its own code reads them here.
import { readHttpPort } from '../../../apps/worker/dist/http-port.js';
import { resolveNoexOptions } from '../../../libs/nestjs/dist/options/resolve-options.js';

/** Of Node itself. */
const OF_NODE = ['NODE_ENV', 'NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'TZ'];

/**
 * @param {Map<string, string | undefined>} variables of a pod
 * @param {string} [secret] what its files hold
 * @returns {{ options?: object, httpPort?: number, read: Set<string>, problem?: string }} the options of its node, and every variable that
 * was looked at; `problem` where no node would start with them
 */
export function asTheNodeReads(variables, secret = 'as-long-as-a-secret-has-to-be') {
  const read = new Set(OF_NODE);
  const env = new Proxy(Object.fromEntries(variables), {
    get(target, name) {
      if (typeof name === 'string') read.add(name);
      return target[name];
    },
  });
  const machine = {
    hostName: () => 'pod-0',
    addresses: () => ['10.0.0.1'],
    readFile: () => secret,
  };
  try {
    const httpPort = readHttpPort(env);
    return { httpPort, options: resolveNoexOptions(undefined, env, machine), read };
  } catch (error) {
    return { read, problem: error.message };
  }
}
