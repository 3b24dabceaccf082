import { titleOf } from '../model.mjs';

/** Versions of APIs that every Kubernetes from 1.25 on serves. */
const SERVED = new Set([
  'v1',
  'apps/v1',
  'autoscaling/v2',
  'networking.k8s.io/v1',
  'policy/v1',
  'monitoring.coreos.com/v1',
]);
/** Fields that a Kubernetes 1.25 refuses or forgets, and from when on there are. `unhealthyPodEvictionPolicy` (1.26) is documented. */
const YOUNGER = {
  'spec.persistentVolumeClaimRetentionPolicy': '1.27',
  'spec.ordinals': '1.27',
  'spec.template.spec.topologySpreadConstraints.matchLabelKeys': '1.27',
  'spec.template.spec.topologySpreadConstraints.nodeTaintsPolicy': '1.26',
  'spec.template.spec.topologySpreadConstraints.minDomains': '1.27',
  'spec.template.spec.containers.lifecycle.preStop.sleep': '1.29',
  'spec.template.spec.containers.lifecycle.stopSignal': '1.33',
  'spec.template.spec.containers.resizePolicy': '1.27',
  'spec.template.spec.initContainers.restartPolicy': '1.29',
  'spec.template.spec.resources': '1.32',
  'spec.trafficDistribution': '1.31',
};

/** The same manifests work from Kubernetes 1.25 on. */
export function oldClusters({ documents }) {
  return documents.flatMap((document) => [
    ...(SERVED.has(document.apiVersion)
      ? []
      : [`${titleOf(document)}: not every cluster serves ${document.apiVersion}`]),
    ...Object.entries(YOUNGER)
      .filter(([path]) => has(document, path.split('.')))
      .map(([path, since]) => `${titleOf(document)}: ${path} is there from Kubernetes ${since} on`),
  ]);
}

function has(value, [key, ...rest]) {
  if (Array.isArray(value)) return value.some((item) => has(item, [key, ...rest]));
  if (typeof value !== 'object' || value === null || !(key in value)) return false;
  return rest.length === 0 || has(value[key], rest);
}
