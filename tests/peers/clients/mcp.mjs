// An agent built on the Model Context Protocol's TypeScript SDK.
//   SERVER=http://gw/fhir/mcp TOKEN=… CALLS='[{"name":"fhir_read","arguments":{"type":"Patient","id":"1"}}]' node clients/mcp.mjs
// Prints {"tools":[…],"results":[{"text":"…","isError":false}],"error":"…"|null}.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const { SERVER, TOKEN, CALLS = '[]' } = process.env;
const result = { tools: [], results: [], error: null };
try {
  const client = new Client({ name: 'follow-up-agent', version: '1.0.0' });
  const headers = TOKEN ? { Authorization: `Bearer ${TOKEN}` } : {};
  await client.connect(new StreamableHTTPClientTransport(new URL(SERVER), { requestInit: { headers } }));
  result.tools = (await client.listTools()).tools.map((tool) => tool.name);
  for (const call of JSON.parse(CALLS)) {
    const answer = await client.callTool(call);
    result.results.push({ text: answer.content.map((part) => part.text).join(''), isError: answer.isError ?? false });
  }
  await client.close();
} catch (error) {
  result.error = `${error.code ?? error.name}: ${error.message}`;
}
console.log(JSON.stringify(result));
