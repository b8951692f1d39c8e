/** What a serverless host does by `vercel.json`: a built file first, else the function that a rewrite names. */

import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { pathToFileURL } from "node:url";

const SITE = String(process.env.SITE);
const TYPES = { ".css": "text/css", ".js": "text/javascript" };

const told = JSON.parse(await readFile(join(SITE, "vercel.json"), "utf8"));
const served = await import(pathToFileURL(join(SITE, "api/index.js")).href);

createServer((request, response) => answer(request, response)).listen(process.env.PORT, "127.0.0.1");

async function answer(request, response) {
  const address = new URL(request.url, `http://${request.headers.host}`);
  const file = join(SITE, told.outputDirectory, address.pathname);
  if ((await stat(file).catch(() => undefined))?.isFile()) return sendFile(file, address.pathname, response);
  if (!told.rewrites.some(({ source }) => new RegExp(`^${source}$`).test(address.pathname))) return response.writeHead(404).end();
  const { method } = request;
  const headers = { ...request.headers, "x-real-ip": request.socket.remoteAddress };
  const body = ["GET", "HEAD"].includes(method) ? {} : { body: request, duplex: "half" };
  const found = await served.default.fetch(new Request(address, { method, headers, ...body }));
  response.writeHead(found.status, [...found.headers].flat());
  response.end(Buffer.from(await found.arrayBuffer()));
}

async function sendFile(file, path, response) {
  const rules = told.headers.filter(({ source }) => new RegExp(`^${source}$`).test(path)).flatMap(({ headers }) => headers);
  for (const { key, value } of rules) response.setHeader(key, value);
  response.setHeader("Content-Type", TYPES[extname(file)] ?? "application/octet-stream");
  response.end(await readFile(file));
}
