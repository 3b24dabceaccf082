import { diagnose } from '../diagnose.js';
import { fileKind } from '../read/file-kind.js';
import type { SourceText } from '../read/source-text.js';

export type Files = Readonly<Record<string, string>>;

/** A deployment without a fault; each test puts one into it. */
export const SOUND: Files = {
  'k8s.yaml': `
apiVersion: v1
kind: Service
metadata:
  name: peers
spec:
  clusterIP: None
  publishNotReadyAddresses: true
  selector:
    app: shop
  ports:
    - name: cluster
      port: 4369
---
apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: shop-web
spec:
  selector:
    app: shop
  ports:
    - name: http
      port: 80
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: shop
spec:
  serviceName: peers
  replicas: 3
  podManagementPolicy: Parallel
  updateStrategy:
    type: RollingUpdate
  selector:
    matchLabels:
      app: shop
  template:
    metadata:
      labels:
        app: shop
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 60
      securityContext:
        runAsNonRoot: true
        seccompProfile:
          type: RuntimeDefault
      topologySpreadConstraints:
        - topologyKey: kubernetes.io/hostname
        - topologyKey: topology.kubernetes.io/zone
      containers:
        - name: node
          image: shop:1
          ports:
            - name: http
              containerPort: 8080
            - name: cluster
              containerPort: 4369
          env:
            - name: POD_IP
              valueFrom:
                fieldRef:
                  fieldPath: status.podIP
            - name: POD_NAMESPACE
              valueFrom:
                fieldRef:
                  fieldPath: metadata.namespace
            - name: CLUSTER_SEEDS
              value: dns:peers.$(POD_NAMESPACE).svc.cluster.local:4369
            - name: CLUSTER_SECRET_FILE
              value: /run/secrets/noex/secret
          startupProbe:
            httpGet:
              path: /startupz
              port: http
          readinessProbe:
            httpGet:
              path: /readyz
              port: http
          livenessProbe:
            httpGet:
              path: /livez
              port: http
          lifecycle:
            preStop:
              exec:
                command: ["sleep", "5"]
          resources:
            requests:
              cpu: 250m
              memory: 256Mi
            limits:
              memory: 512Mi
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: ["ALL"]
      volumes:
        - name: tmp
          emptyDir:
            sizeLimit: 64Mi
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: shop
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      app: shop
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: shop
spec:
  scaleTargetRef:
    kind: StatefulSet
    name: shop
  minReplicas: 3
  maxReplicas: 9
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: 70
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: shop
spec:
  podSelector:
    matchLabels:
      app: shop
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - podSelector:
            matchLabels:
              app: shop
      ports:
        - port: cluster
    - from:
        - namespaceSelector:
            matchLabels:
              name: monitoring
      ports:
        - port: 8080
  egress:
    - to:
        - podSelector:
            matchLabels:
              app: shop
      ports:
        - port: 4369
    - ports:
        - port: 53
          protocol: UDP
        - port: 53
          protocol: TCP
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  name: shop
spec:
  selector:
    matchLabels:
      app: shop-web
  endpoints:
    - port: http
`,
  'compose.yaml': `
services:
  shop:
    build: .
    init: true
    mem_limit: 512m
    stop_grace_period: 30s
    environment:
      CLUSTER_SEEDS: dns:shop:4369
      CLUSTER_SECRET: \${CLUSTER_SECRET:?set it in .env}
    ports:
      - "127.0.0.1:8080:8080"
    depends_on:
      database:
        condition: service_healthy
  database:
    image: postgres:17
    ports:
      - "5432:5432"
`,
  Dockerfile: `
FROM node:24-bookworm-slim AS build
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev
FROM node:24-bookworm-slim
ENV NODE_OPTIONS=--max-old-space-size-percentage=60
COPY --from=build /app/dist dist
USER node
HEALTHCHECK CMD ["node", "dist/health.js"]
CMD ["node", "dist/main.js"]
`,
  '.env': 'CLUSTER_SECRET=kept-out-of-git\n',
};

/** The sound deployment with one text of one file replaced; the text must be there, and its first place counts. */
export function withChange(file: string, from: string, to: string, files: Files = SOUND): Files {
  const text = files[file];
  if (!text?.includes(from)) throw new Error(`${file} has no "${from}"`);
  return { ...files, [file]: text.replace(from, () => to) };
}

/** What all rules find: severity, rule, and the text of the line that each points to. */
export function findingsIn(files: Files, options: Partial<SourceText> = {}): string[] {
  const sources = Object.entries(files).map(([file, text]) => ({
    file,
    kind: fileKind(file)!,
    text,
    firstLine: 1,
    ...options,
  }));
  return diagnose(sources).findings.map(
    ({ severity, rule, file, line }) => `${severity} ${rule}: ${files[file]!.split('\n')[line - 1]!.trim()}`,
  );
}
