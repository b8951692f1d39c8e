/** The official TypeScript client, as an app would use it: `node client.mjs <address> <mode>`, the token in TOKEN. */

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

const [address, mode] = process.argv.slice(2);
const client = new Client({ name: "app", version: "1.0.0" }, { versionNegotiation: { mode } });
const authProvider = { token: async () => process.env.TOKEN };
await client.connect(new StreamableHTTPClientTransport(new URL(address), { authProvider }));

const { tools } = await client.listTools();
const added = await client.callTool({ name: "add_tasks", arguments: { tasks: [{ title: "buy milk" }] } });
const { prompts } = await client.listPrompts();
const { contents } = await client.readResource({ uri: "remit://tasks/t1" });
await client.close();

const seen = { tools: tools.map((tool) => tool.name), added: added.structuredContent };
console.log(JSON.stringify({ ...seen, prompts: prompts.map((prompt) => prompt.name), task: JSON.parse(contents[0].text) }));
