// How scenarios change manifests.

export const setOf = ({ documents }) => documents.find(({ kind }) => kind === 'StatefulSet');

export const containerOf = (set) => set.spec.template.spec.containers[0];

/** A variable keeps its place, which says what it can refer to; a new one comes last. */
export function setEnv(set, name, value) {
  const { env } = containerOf(set);
  const found = env.find((one) => one.name === name);
  if (found) found.value = value;
  else env.push({ name, value });
}
