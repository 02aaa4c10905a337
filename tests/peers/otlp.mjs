// A receiver of OpenTelemetry logs (OTLP over HTTP, protobuf) in tests. It reads with what OpenTelemetry's own build makes of the public
// protocol files, so that a wrong field number or wire type is an unknown field or a fault here.
//   node otlp.mjs
// POST /v1/logs takes logs. GET /received gives every log record as JSON, flat, in the order in which they came.
// POST /answers takes [{ "status": 503 }, { "rejected": 2 }], the answers for the next calls; then every call is taken.
// Prints {"ready": base, "pid": …} when it listens.
import http from 'node:http';
import { createRequire } from 'node:module';
import { endWithParent } from './lifeline.mjs';

endWithParent();

const root = createRequire(import.meta.url)('@opentelemetry/otlp-transformer/build/src/generated/root.js');
const { ExportLogsServiceRequest, ExportLogsServiceResponse } = root.opentelemetry.proto.collector.logs.v1;
const received = [];
let answers = [];

const valueOf = (any) => {
  if (any?.stringValue !== undefined && any.stringValue !== null) return any.stringValue;
  if (any?.intValue !== undefined && any.intValue !== null) return Number(any.intValue);
  if (any?.arrayValue) return any.arrayValue.values.map(valueOf);
  return any?.boolValue ?? null;
};
const attributesOf = (list) => Object.fromEntries((list ?? []).map(({ key, value }) => [key, valueOf(value)]));

function take(bytes) {
  const request = ExportLogsServiceRequest.decode(bytes);
  // What was read is written again: a byte that this message has no place for is lost on the way, and told.
  const whole = ExportLogsServiceRequest.encode(request).finish().length === bytes.length;
  for (const resource of request.resourceLogs) {
    for (const scope of resource.scopeLogs) {
      for (const record of scope.logRecords) {
        received.push({
          whole,
          resource: attributesOf(resource.resource.attributes),
          scope: scope.scope.name,
          time: `${record.timeUnixNano}`,
          observed: `${record.observedTimeUnixNano}`,
          severity: record.severityNumber,
          severityText: record.severityText,
          event: record.eventName,
          body: valueOf(record.body),
          attributes: attributesOf(record.attributes),
        });
      }
    }
  }
}

const server = http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (request.method === 'GET' && request.url === '/received') {
    response.writeHead(200, { 'content-type': 'application/json' });
    return response.end(JSON.stringify(received));
  }

  if (request.method === 'POST' && request.url === '/answers') {
    answers = JSON.parse(body.toString('utf8'));
    return response.writeHead(204).end();
  }

  if (request.method !== 'POST' || request.url !== '/v1/logs' || request.headers['content-type'] !== 'application/x-protobuf') {
    return response.writeHead(404).end();
  }

  const answer = answers.shift() ?? {};
  if (answer.status) {
    return response.writeHead(answer.status, { 'retry-after': '1' }).end();
  }

  try {
    take(body);
  } catch {
    return response.writeHead(400).end();
  }

  const partial = answer.rejected ? { partialSuccess: { rejectedLogRecords: answer.rejected, errorMessage: 'as told' } } : {};
  response.writeHead(200, { 'content-type': 'application/x-protobuf' });
  return response.end(ExportLogsServiceResponse.encode(ExportLogsServiceResponse.create(partial)).finish());
});
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ ready: `http://127.0.0.1:${server.address().port}`, pid: process.pid }));
});
