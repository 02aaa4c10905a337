// The clinical system behind the gateway in tests.
//   node fhir.mjs [--port 0] [--base /fhir/R4] [--authorization "Bearer secret"] [--fixtures file.json]...
// With --self BASE it names itself so in links and Location, as a server behind another name does.
// Prints {"ready": base, "pid": …, "loaded": n} when it listens. With --authorization every other caller gets 401.
// Beside FHIR: GET|DELETE /__recorded (every request as it came), POST|DELETE /__faults (see fhir/faults.mjs).
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Faults } from './fhir/faults.mjs';
import { FhirServer } from './fhir/server.mjs';
import { Store } from './fhir/store.mjs';
import { endWithParent } from './lifeline.mjs';

endWithParent();

const { values } = parseArgs({ options: {
  port: { type: 'string', default: '0' },
  base: { type: 'string', default: '/fhir/R4' },
  authorization: { type: 'string' },
  self: { type: 'string' },
  fixtures: { type: 'string', multiple: true, default: [] },
} });
const store = await Store.load([fileURLToPath(new URL('fhir/fixtures.json', import.meta.url)), ...values.fixtures]);
const faults = new Faults();
const maximumRecords = 5000;
let recorded = [];
let server;

const json = (response, status, body) => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};

async function send(request, response, answer) {
  const bytes = answer.bytes ?? Buffer.from(answer.text);
  const headers = { ...(answer.type ? { 'content-type': answer.type } : {}), ...(answer.headers ?? {}), 'content-length': bytes.length };
  response.writeHead(answer.status, headers);
  if (request.method === 'HEAD') return response.end();
  if (answer.cut) {
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => request.socket.destroy());
    return undefined;
  }
  if (answer.trickle) {
    const step = Math.max(1, Math.floor(bytes.length / 8));
    for (let at = 0; at < bytes.length; at += step) {
      response.write(bytes.subarray(at, at + step));
      await sleep(50);
    }
    return response.end();
  }
  return response.end(bytes);
}

async function controls(request, response, body) {
  if (request.url === '/__recorded') {
    const found = recorded;
    if (request.method === 'DELETE') recorded = [];
    return json(response, 200, found);
  }
  if (request.url === '/__faults' && request.method === 'POST') return json(response, faults.set(JSON.parse(body)) ? 200 : 400, {});
  if (request.url === '/__faults' && request.method === 'DELETE') {
    faults.clear();
    return json(response, 200, {});
  }
  return json(response, 404, {});
}

async function clinical(request, response, text) {
  recorded.push({ method: request.method, url: request.url, headers: request.headers, rawHeaders: request.rawHeaders, body: text });
  if (recorded.length > maximumRecords) recorded.shift();
  const fault = faults.take(request.url);
  let answer;
  if (values.authorization && request.headers.authorization !== values.authorization) {
    answer = { status: 401, body: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'login' }] } };
  } else if (!request.url.startsWith(values.base)) {
    answer = { status: 404, body: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'not-found' }] } };
  } else {
    try {
      const body = text && !(request.headers['content-type'] ?? '').includes('form-urlencoded') ? JSON.parse(text) : text;
      answer = await server.answer(request.method, request.url.slice(values.base.length) || '/', body, request.headers, fault);
    } catch (error) {
      answer = { status: error instanceof SyntaxError ? 400 : 500, body: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'exception', details: { text: error.message } }] } };
    }
  }
  const plain = { status: answer.status, type: answer.type ?? 'application/fhir+json; charset=utf-8', headers: answer.headers, text: answer.raw ?? (answer.body === undefined ? '' : JSON.stringify(answer.body)) };
  await send(request, response, await faults.apply(fault, plain));
}

const listener = http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  await (request.url.startsWith('/__') ? controls(request, response, text) : clinical(request, response, text));
});
listener.listen(Number(values.port), '127.0.0.1', () => {
  const base = `http://127.0.0.1:${listener.address().port}${values.base}`;
  server = new FhirServer(store, values.self ?? base);
  console.log(JSON.stringify({ ready: base, pid: process.pid, loaded: store.count }));
});
