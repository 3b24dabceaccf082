// What a container's variables are, as the kubelet works them out of its manifest.

/**
 * Later ones win: those of the image, then `envFrom` in order, then `env` in order. `$(NAME)` stands for a variable that came before, `$$(NAME)`
 * for the text `$(NAME)`.
 * @param {object} container
 * @param {{ pod: object, configMaps: object[], secrets: object[], image?: Record<string, string> }} world `pod` as the API has it
 * @returns {Record<string, string>}
 * @throws {Error} where the kubelet would not start the container: CreateContainerConfigError
 */
export function containerEnv(container, world) {
  const env = { ...world.image };
  for (const source of container.envFrom ?? []) Object.assign(env, fromWhole(source, world));
  for (const { name, value, valueFrom } of container.env ?? []) {
    const found =
      valueFrom === undefined ? expand(value ?? '', env) : valueOf(name, valueFrom, container, world);
    if (found !== undefined) env[name] = found;
  }
  return env;
}

/** Names that are not known stay as they are. */
export function expand(text, env) {
  return text.replace(/\$(?:\$|\(([^)]*)\))/g, (whole, name) =>
    whole === '$$' ? '$' : (env[name] ?? whole),
  );
}

function fromWhole({ prefix = '', configMapRef, secretRef }, world) {
  const data = configMapRef
    ? dataOf('ConfigMap', configMapRef, world.configMaps)
    : dataOf('Secret', secretRef, world.secrets);
  return Object.fromEntries(Object.entries(data ?? {}).map(([name, value]) => [prefix + name, value]));
}

function valueOf(variable, { fieldRef, configMapKeyRef, secretKeyRef, ...others }, container, world) {
  if (fieldRef) return fieldOf(world.pod, fieldRef.fieldPath, variable);
  if (configMapKeyRef)
    return keyOf(dataOf('ConfigMap', configMapKeyRef, world.configMaps), configMapKeyRef, variable);
  if (secretKeyRef) return keyOf(dataOf('Secret', secretKeyRef, world.secrets), secretKeyRef, variable);
  throw new Error(`${variable}: the simulation knows no valueFrom of ${Object.keys(others).join()}`);
}

/** The entries of a ConfigMap or Secret as text; undefined where it is missing and may be. */
export function dataOf(kind, { name, optional = false }, objects) {
  const found = objects.find(({ metadata }) => metadata.name === name);
  if (!found && !optional) throw new Error(`there is no ${kind} "${name}"`);
  if (!found) return undefined;
  const decoded = Object.entries(found.data ?? {}).map(([key, value]) => [
    key,
    kind === 'Secret' ? Buffer.from(value, 'base64').toString() : value,
  ]);
  return { ...Object.fromEntries(decoded), ...found.stringData };
}

function keyOf(data, { name, key, optional = false }, variable) {
  if (data?.[key] === undefined && !optional) throw new Error(`${variable}: "${name}" has no key "${key}"`);
  return data?.[key];
}

function fieldOf(pod, path, variable) {
  const [, of, key] = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path) ?? [];
  if (of) return pod.metadata[of]?.[key] ?? '';
  const value = path.split('.').reduce((object, step) => object?.[step], pod);
  if (typeof value !== 'string') throw new Error(`${variable}: a pod has no field ${path} here`);
  return value;
}
