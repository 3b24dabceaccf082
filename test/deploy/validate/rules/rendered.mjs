import { meshVersion } from './mesh-version.mjs';
import { networkAccess } from './network-access.mjs';
import { numbersOfPods } from './numbers-of-pods.mjs';
import { peers } from './peers.mjs';
import { podSecurity } from './pod-security.mjs';
import { ports } from './ports.mjs';
import { resources } from './resources.mjs';
import { secretFiles } from './secret-files.mjs';
import { selectors } from './selectors.mjs';
import { shutdownTime } from './shutdown-time.mjs';
import { oldClusters } from './old-clusters.mjs';
import { variables } from './variables.mjs';

/** What holds for every kustomization as it is rendered: functions of the model (../model.mjs) that return what is wrong. */
export const RENDERED_RULES = [
  variables,
  peers,
  selectors,
  meshVersion,
  ports,
  numbersOfPods,
  shutdownTime,
  resources,
  podSecurity,
  secretFiles,
  networkAccess,
  oldClusters,
];
