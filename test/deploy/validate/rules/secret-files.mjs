/** Secrets come as files that others cannot read, out of Secrets that are there, and whole: a subPath is never updated. */
export function secretFiles({ of, nodes }) {
  const problems = [];
  const secrets = of('Secret').map(({ metadata }) => metadata.name);
  for (const { title, pod, container, variables } of nodes) {
    const mounts = container.volumeMounts ?? [];
    for (const { name, secret } of pod.volumes ?? []) {
      if (!secret) continue;
      if (!secrets.includes(secret.secretName))
        problems.push(`${title}: there is no Secret ${secret.secretName}`);
      if ((secret.defaultMode ?? 0o644) & 0o007)
        problems.push(`${title}: volume ${name} can be read by anybody`);
      for (const { readOnly, subPath } of mounts.filter((mount) => mount.name === name)) {
        if (!readOnly) problems.push(`${title}: volume ${name} can be written`);
        if (subPath)
          problems.push(`${title}: volume ${name} is mounted by subPath, so a new secret never arrives`);
      }
    }
    for (const [name, path] of variables) {
      if (!/_FILE$/.test(name) || !path) continue;
      const mount = mounts.find(({ mountPath }) => path.startsWith(`${mountPath}/`));
      const volume = pod.volumes?.find((one) => one.name === mount?.name);
      const secret = of('Secret').find(({ metadata }) => metadata.name === volume?.secret?.secretName);
      const keys = Object.keys({ ...secret?.data, ...secret?.stringData });
      if (!keys.includes(path.slice((mount?.mountPath.length ?? 0) + 1)))
        problems.push(`${title}: ${name} names ${path}, which no Secret puts there`);
    }
    if (!variables.has('CLUSTER_SECRET_FILE')) problems.push(`${title}: has no CLUSTER_SECRET_FILE`);
  }
  return problems;
}
