# The Node of the tests; a newer one is tried there first.
FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev
COPY . .
# Generates the Prisma client and builds. Nothing is downloaded.
RUN npm run build

FROM node:20.20.2-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Optional packages are the embedded PostgreSQL; the peer that is left out is Prisma's command line.
RUN npm ci --omit=dev --omit=optional --omit=peer
# What is for other databases, for compilers and for debuggers is two thirds of it.
RUN find node_modules/@prisma/client/runtime -name 'query_compiler_*' ! -name '*.postgresql.*' -delete \
 && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete

FROM node:20.20.2-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
# All that is ever written to. The rest may be mounted read-only.
RUN mkdir logs .data && chown node:node logs .data
COPY package.json ./
COPY prisma/migrations prisma/migrations
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
USER node
EXPOSE 3001
VOLUME ["/app/logs", "/app/.data"]
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3001}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node itself is the first process, so that it gets the signal to stop and drains.
CMD ["node", "--enable-source-maps", "--import", "./dist/telemetry.js", "dist/main.js"]
