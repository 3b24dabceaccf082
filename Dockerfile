# The sample worker app. Build: docker build -t noex-worker .
FROM node:24-bookworm-slim AS build
WORKDIR /app
# Manifests first: the layer with the dependencies is rebuilt only when they change.
COPY package.json package-lock.json .npmrc ./
COPY apps/worker/package.json apps/worker/
COPY libs/contracts/package.json libs/contracts/
COPY libs/runtime/package.json libs/runtime/
COPY libs/cluster/package.json libs/cluster/
COPY libs/transport-tcp/package.json libs/transport-tcp/
COPY libs/transport-memory/package.json libs/transport-memory/
COPY libs/testing/package.json libs/testing/
COPY libs/nestjs/package.json libs/nestjs/
COPY libs/cli/package.json libs/cli/
RUN npm ci
COPY tsconfig.json tsconfig.base.json ./
COPY libs libs
COPY apps apps
RUN npm run build && npm prune --omit=dev && find libs apps -name src -type d -prune -exec rm -r {} +

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="noex worker" \
      org.opencontainers.image.description="Sample app of noex for NestJS: text analysis over a cluster of nodes" \
      org.opencontainers.image.licenses="MIT"
# The heap as a share of the container's limit: Node's own default can be larger than the container.
ENV NODE_ENV=production \
    NODE_OPTIONS=--max-old-space-size-percentage=60
WORKDIR /app
COPY --from=build --chown=root:root /app/node_modules node_modules
COPY --from=build --chown=root:root /app/libs libs
COPY --from=build --chown=root:root /app/apps apps
USER node
EXPOSE 4369 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.MANAGEMENT_PORT ?? process.env.HTTP_PORT ?? 8080) + '/livez').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# node itself is PID 1 and handles SIGTERM: npm or a shell would swallow it and nothing would drain.
CMD ["node", "apps/worker/dist/main.js"]
