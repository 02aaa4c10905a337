// A laboratory system with a JSON REST API of its own behind the gateway in tests: no access control, and more in its answers than was asked for.
//   node results.mjs [--port 0] [--authorization "Bearer secret"]
// Prints {"ready": base, "pid": …} when it listens. Beside the API: GET|DELETE /__recorded, POST|DELETE /__faults (fhir/faults.mjs, and the modes below).
import http from 'node:http';
import { parseArgs } from 'node:util';
import { Faults } from './fhir/faults.mjs';
import { endWithParent } from './lifeline.mjs';

endWithParent();

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' }, authorization: { type: 'string' } } });
const base = '/api';
const faults = new Faults(['foreign-items', 'number-patient', 'missing-patient', 'array-patient', 'twice-patient']);
let recorded = [];
let created = 0;
const results = new Map();
const result = (id, patientId, category, more = {}) => results.set(id, { id, patientId, category, value: `value-${id}`, version: 1, ...more });
result('r1', 'p1', 'laboratory', { amount: 1.50 });
result('r2', 'p1', 'laboratory', { labels: ['HIV'] });
result('r3', 'p1', 'imaging');
result('r4', 'p1', 'laboratory', { level: 'R' });
result('r5', 'p2', 'laboratory');
result('r6', 'p3', 'laboratory');
result('r7', 'p1', 'laboratory');

const of = (patientId) => [...results.values()].filter((one) => one.patientId === patientId);
const found = (one) => (one ? { status: 200, headers: { etag: `"v${one.version}"` }, body: one } : { status: 404, body: { error: 'no such result', hint: 'SELECT * FROM results' } });
// Items as a broken index, a lenient serializer or a stale cache would give them.
const spoilt = {
  'foreign-items': (list) => [...list, results.get('r6'), results.get('r5')],
  'number-patient': (list) => list.map((one) => ({ ...one, patientId: 1 })),
  'missing-patient': (list) => list.map(({ patientId, ...one }) => one),
  'array-patient': (list) => list.map((one) => ({ ...one, patientId: [one.patientId] })),
};

function answer(method, url, text, headers, fault) {
  const [path, query = ''] = url.slice(base.length).split('?');
  const segments = path.split('/').filter(Boolean);
  const parameters = new URLSearchParams(query);
  const body = text ? JSON.parse(text) : undefined;
  const spoil = spoilt[fault?.mode] ?? ((list) => list);
  const [, kind, id, what] = segments;
  // Five pages, all alike.
  const page = Number(parameters.get('page') ?? 1);
  const next = page < 5 ? page + 1 : undefined;
  if (kind === 'patients' && what === 'results' && segments.length === 4) {
    return { status: 200, body: { patientName: `Canary-${id}`, page: { next: parameters.get('category') === 'all' ? next : undefined }, total: 4711, results: spoil(of(id)) } };
  }
  if (kind === 'patients' && what === 'allergies') return { status: 200, body: { allergies: [{ substance: 'penicillin', of: id }] } };
  if (kind === 'patients' && what === 'results') return found(results.get(segments[4]));
  if (kind === 'wards') return { status: 200, body: [{ id: 'w1', name: 'Ward One' }] };
  if (kind === 'families') return { status: 200, body: { families: [{ name: 'Canary-A', members: of('p1') }, { name: 'Canary-B', members: of('p3') }] } };
  if (kind === 'results' && segments.length === 2 && method === 'GET') return { status: 200, body: { results: spoil(parameters.has('patient') ? parameters.get('patient').split(',').flatMap(of) : [...results.values()]), links: { self: `${base}/v5/results`, next: next && (parameters.has('page') || parameters.get('patient') === 'p1') ? `${base}/v5/results?page=${next}` : undefined } } };
  if (kind === 'searches') return { status: 200, body: { results: spoil(of(body.patientId)) } };
  if (kind === 'results' && segments.length === 2 && method === 'POST') {
    result(`n${++created}`, body.patientId, body.category, { ...body, id: `n${created}` });
    return { status: 201, headers: { location: `${base}/v1/results/n${created}`, etag: '"v1"' }, body: results.get(`n${created}`) };
  }
  if (kind === 'results' && results.has(id)) {
    const now = results.get(id);
    if (headers['if-match'] && headers['if-match'] !== `"v${now.version}"` && method !== 'GET') return { status: 412, body: {} };
    if (method === 'PUT') results.set(id, { ...body, id, version: now.version + 1 });
    if (method === 'PATCH') results.set(id, { ...now, ...body, id, version: now.version + 1 });
    if (method === 'DELETE') return results.delete(id) && { status: 204 };
    return found(results.get(id));
  }
  return found(undefined);
}

const listener = http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  const json = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (request.url === '/__recorded') {
    const seen = recorded;
    if (request.method === 'DELETE') recorded = [];
    return json(200, seen);
  }
  if (request.url === '/__faults') {
    if (request.method === 'DELETE') faults.clear();
    else if (!faults.set(JSON.parse(text))) return json(400, {});
    return json(200, {});
  }
  recorded.push({ method: request.method, url: request.url, headers: request.headers, body: text });
  if (values.authorization && request.headers.authorization !== values.authorization) return json(401, { error: 'who are you' });
  const fault = faults.take(request.url);
  const given = answer(request.method, request.url, text, request.headers, fault);
  const raw = given.body === undefined ? '' : JSON.stringify(given.body);
  const plain = { status: given.status, type: 'application/json', headers: given.headers, text: fault?.mode === 'twice-patient' ? raw.replaceAll('"patientId":"p1"', '"patientId":"p3","patientId":"p1"') : raw };
  const sent = await faults.apply(fault, plain);
  const bytes = sent.bytes ?? Buffer.from(sent.text);
  response.writeHead(sent.status, { ...(bytes.length ? { 'content-type': sent.type } : {}), ...(sent.headers ?? {}), 'content-length': bytes.length });
  return response.end(bytes);
});
listener.listen(Number(values.port), '127.0.0.1', () => console.log(JSON.stringify({ ready: `http://127.0.0.1:${listener.address().port}${base}`, pid: process.pid })));
