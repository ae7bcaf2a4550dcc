# The server for Node: docker build --build-arg COMMIT=$(git rev-parse HEAD) -t plinth .
FROM node:26-slim AS build
WORKDIR /app
# Packages first, so that a change of the code does not install them again.
COPY package.json package-lock.json .npmrc ./
COPY client/package.json client/
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build:node

FROM node:26-slim
ARG COMMIT=""
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 ASSETS_FOLDER=/app/assets COMMIT=$COMMIT
WORKDIR /app
# Owned by root, so that the server cannot change itself.
COPY --from=build /app/.plinth/node ./
USER node
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]
# Without a shell, so that the signal to stop reaches the server.
CMD ["node", "--enable-source-maps", "server.mjs"]
