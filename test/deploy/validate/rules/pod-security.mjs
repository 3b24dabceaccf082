import { titleOf } from '../model.mjs';

/** The profile "restricted" of Kubernetes, and beyond it: a root file system that cannot be written, and no token. */
export function podSecurity({ of, nodes }) {
  const problems = nodes.flatMap((node) => [...ofPod(node), ...ofContainer(node)]);
  for (const namespace of of('Namespace')) {
    if (namespace.metadata.labels?.['pod-security.kubernetes.io/enforce'] !== 'restricted')
      problems.push(`${titleOf(namespace)}: does not enforce the profile restricted`);
  }
  for (const { metadata, automountServiceAccountToken } of of('ServiceAccount')) {
    if (automountServiceAccountToken !== false)
      problems.push(`ServiceAccount/${metadata.name}: gives its token to pods`);
  }
  return problems;
}

function* ofPod({ title, pod }) {
  const { securityContext: context = {} } = pod;
  if (context.runAsNonRoot !== true || !(context.runAsUser > 0)) yield `${title}: may run as root`;
  if (context.seccompProfile?.type !== 'RuntimeDefault') yield `${title}: has no seccomp profile`;
  if (pod.automountServiceAccountToken !== false) yield `${title}: gets a token of the API`;
  if (!pod.serviceAccountName || pod.serviceAccountName === 'default')
    yield `${title}: has no ServiceAccount of its own`;
  if (pod.enableServiceLinks !== false) yield `${title}: gets a variable for every Service of the namespace`;
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC']) if (pod[key]) yield `${title}: ${key}`;
  for (const { name, hostPath, emptyDir } of pod.volumes ?? []) {
    if (hostPath) yield `${title}: volume ${name} is a folder of the machine`;
    if (emptyDir && !emptyDir.sizeLimit) yield `${title}: volume ${name} has no size`;
  }
}

function* ofContainer({ title, container }) {
  const { securityContext: context = {}, volumeMounts = [] } = container;
  if (context.allowPrivilegeEscalation !== false) yield `${title}: may gain privileges`;
  if (context.readOnlyRootFilesystem !== true) yield `${title}: its root file system can be written`;
  if (String(context.capabilities?.drop) !== 'ALL' || context.capabilities?.add)
    yield `${title}: has capabilities`;
  if (context.privileged) yield `${title}: is privileged`;
  if (!volumeMounts.some(({ mountPath }) => mountPath === '/tmp')) yield `${title}: has no /tmp to write to`;
}
