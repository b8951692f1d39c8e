# One small image a process: `docker build --target gateway .`; every path is below /app, every package is pinned by hash.

FROM python:3.11-slim-bookworm AS gateway-packages
WORKDIR /app
COPY requirements/gateway.txt requirements/gateway.txt
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --target packages -r requirements/gateway.txt

FROM python:3.11-slim-bookworm AS mcp-server-packages
WORKDIR /app
COPY requirements/mcp-server.txt requirements/mcp-server.txt
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --target packages -r requirements/mcp-server.txt

FROM node:20-bookworm-slim AS page
WORKDIR /app
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY frontend ./
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM python:3.11-slim-bookworm AS gateway
WORKDIR /app
ENV PYTHONPATH=packages PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
COPY --from=gateway-packages /app/packages packages
COPY shared shared
COPY gateway gateway
USER 10001:10001
EXPOSE 8000
CMD ["python", "-m", "gateway"]

FROM python:3.11-slim-bookworm AS mcp-server
WORKDIR /app
ENV PYTHONPATH=packages PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
COPY --from=mcp-server-packages /app/packages packages
COPY shared shared
COPY mcp_server mcp_server
COPY alembic alembic
COPY pyproject.toml pyproject.toml
USER 10001:10001
EXPOSE 8001
CMD ["python", "-m", "mcp_server"]

FROM node:20-bookworm-slim AS frontend
WORKDIR /app
ENV NODE_ENV=production
COPY --from=page /app/node_modules node_modules
COPY --from=page /app/dist dist
COPY --from=page /app/package.json package.json
COPY --from=page /app/server server
USER 10001:10001
EXPOSE 3000
CMD ["node", "server/index.js"]
