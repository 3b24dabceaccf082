# The sample worker app; docs/deployment/docker.md says how it is built and run.

# Manifests alone: the layer with the packages below is built again only when one of them changes, and a new workspace is found by itself.
FROM node:24-bookworm-slim AS manifests
WORKDIR /app
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json ! -name .npmrc -delete && find . -type d -empty -delete

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY --from=manifests /app ./
RUN npm ci
COPY . .
# Production packages only, and no sources, types or maps.
RUN npx tsc -b apps/worker && node apps/worker/image/collect.mjs apps/worker /image

FROM node:24-bookworm-slim
# The app needs no package manager, and scanners find most in theirs.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn* /opt/yarn*
WORKDIR /app
# The heap as a share of the container's limit: Node's own default can be larger than the container.
ENV NODE_ENV=production \
    NODE_OPTIONS=--max-old-space-size-percentage=60
# A process does not end while it looks a name up: with the usual 5 s a name server that is away would outlast the grace period.
ENV RES_OPTIONS="timeout:1 attempts:2"
# By number: runAsNonRoot of Kubernetes does not look names up.
USER 1000:1000
EXPOSE 4369 8080
# Started once, and alive now: see docs/deployment/docker.md on why not /readyz.
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "apps/worker/dist/health-check/main.js"]
# node itself is PID 1 and handles SIGTERM: npm or a shell would swallow it and nothing would drain.
CMD ["node", "apps/worker/dist/main.js"]
COPY --from=build /image ./
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="noex worker" \
      org.opencontainers.image.description="Sample app of noex for NestJS: text analysis over a cluster of nodes" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
