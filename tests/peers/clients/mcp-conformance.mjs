// The protocol's own conformance suite against the gateway's door for agents. The suite knows no tokens, so a proxy in between adds one and
// changes nothing else; whoever names another host is passed on as it is.
//   SERVER=http://gw/fhir/mcp TOKEN=… SCENARIOS='["ping"]' node clients/mcp-conformance.mjs
// Prints {"ping":[{"id":"ping","status":"SUCCESS","error":null}]}.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const { SERVER, TOKEN, SCENARIOS } = process.env;
const server = new URL(SERVER);
const suite = fileURLToPath(new URL('../node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'phigw-mcp-'));
let own;
const proxy = http.createServer((request, response) => {
  const host = request.headers.host === own ? server.host : request.headers.host;
  const onward = http.request(
    { host: server.hostname, port: server.port, path: request.url, method: request.method, headers: { ...request.headers, host, authorization: `Bearer ${TOKEN}` } },
    (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    },
  );
  onward.on('error', () => response.writeHead(502).end());
  request.pipe(onward);
});
await new Promise((listening) => proxy.listen(0, 'localhost', listening));
own = `localhost:${proxy.address().port}`;
const results = {};
for (const scenario of JSON.parse(SCENARIOS)) {
  const out = join(folder, scenario);
  // A failed check is an exit code, and stands in the file like the others.
  const run = await promisify(execFile)(process.execPath, [suite, 'server', '--url', `http://${own}${server.pathname}`, '--scenario', scenario, '--output-dir', out])
    .catch((failed) => failed);
  try {
    const checks = readdirSync(out, { recursive: true }).find((name) => name.endsWith('checks.json'));
    results[scenario] = JSON.parse(readFileSync(join(out, checks), 'utf8')).map(({ id, status, errorMessage }) => ({ id, status, error: errorMessage ?? null }));
  } catch (error) {
    results[scenario] = [{ id: 'suite', status: 'FAILURE', error: `${error.message} ${run.stderr ?? ''}` }];
  }
}
rmSync(folder, { recursive: true, force: true });
proxy.close();
proxy.closeAllConnections();
console.log(JSON.stringify(results));
