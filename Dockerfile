# The desk, and any other command of this tool, in a container: docs/desk.md. Build: docker build -t access-review .
FROM node:24-slim AS install
WORKDIR /app
COPY package.json package-lock.json ./
# The image has its own Node 24: the one that package-lock.json brings for older machines is left out.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production
COPY --from=install /app/node_modules ./node_modules
COPY package.json ./
COPY functions ./functions
# A user without rights and without a shell of its own; it writes nothing: the store is a volume or a bucket, so the root
# file system can be read-only (docker run --read-only).
USER node
EXPOSE 8443
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8443/health').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "functions/cli.ts"]
# Behind a proxy that ends TLS, as desk.url says; the configuration is mounted at /etc/access-review.yaml.
CMD ["serve", "--config", "/etc/access-review.yaml", "--listen", "0.0.0.0", "--port", "8443"]
