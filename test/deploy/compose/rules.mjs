// What docker-compose.yml has to be like, as decisions over what `docker compose config --format json` renders.
const SECONDS = { h: 3600, m: 60, s: 1 };

/** @param {string} text such as `1m30s` */
export function secondsOf(text) {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)([hms])/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * SECONDS[unit], 0);
}

/**
 * @param {object} config of Compose, with every profile
 * @param {(path: string) => boolean} exists
 */
export function problemsOfCompose(config, exists) {
  return Object.entries(config.services).flatMap(([name, service]) => {
    const problems = [...hardening(service), ...reach(service), ...content(service, exists)];
    if (service.environment?.NODE_NAME) problems.push(...ofNode(service));
    return problems.map((problem) => `${name} ${problem}`);
  });
}

function hardening(service) {
  return [
    [service.read_only, 'can write to its root'],
    [service.cap_drop?.includes('ALL'), 'keeps capabilities'],
    [service.security_opt?.includes('no-new-privileges:true'), 'may get new privileges'],
    [Number(service.mem_limit) > 0, 'has no memory limit'],
    [service.pids_limit > 0, 'has no limit of processes'],
    [service.privileged !== true && !service.cap_add, 'has more rights than it needs'],
    [service.logging?.options?.['max-size'], 'logs without end'],
  ].flatMap(([holds, problem]) => (holds ? [] : [problem]));
}

function reach({ ports = [], network_mode: mode }) {
  const open = ports.filter(({ host_ip: host }) => host !== '127.0.0.1');
  const problems = open.map(({ target }) => `publishes ${target} on ${open[0].host_ip ?? 'all interfaces'}`);
  if (ports.some(({ target }) => target === 4369)) problems.push('publishes the port of the cluster');
  if (mode) problems.push(`has the network ${mode}`);
  return problems;
}

function content({ image, volumes = [], depends_on: needs = {}, build, healthcheck }, exists) {
  const problems = volumes
    .filter(({ type, source }) => type === 'bind' && !exists(source))
    .map(({ source }) => `mounts ${source}, which does not exist`);
  if (volumes.some(({ type, read_only: readOnly }) => type === 'bind' && !readOnly)) {
    problems.push('may change files of the repository');
  }
  if (!build && !/:v?\d+\.\d+\.\d+/.test(image)) problems.push(`is not pinned: ${image}`);
  if (!build && !healthcheck?.test) problems.push('has no health check');
  for (const [service, { condition }] of Object.entries(needs)) {
    if (condition !== 'service_healthy') problems.push(`does not wait until ${service} is healthy`);
  }
  return problems;
}

function ofNode({ init, stop_grace_period: grace, environment, restart }) {
  const problems = [];
  if (!init) problems.push('has no init');
  if (!restart) problems.push('is not started again');
  if (!grace || secondsOf(grace) * 1000 < Number(environment.CLUSTER_DRAIN_MS) + 5000) {
    problems.push('is killed before it has drained');
  }
  if (!environment.CLUSTER_SECRET) problems.push('has no secret');
  if (environment.CLUSTER_ADVERTISED_HOST !== environment.NODE_NAME)
    problems.push('says no address to its peers');
  return problems;
}
