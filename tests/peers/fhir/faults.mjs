// Misbehaviour on demand. A fault is set by POST /__faults: {"mode": "...", "match": "part of the URL", "times": 1, "delay": 1000}.
import { gzipSync } from 'node:zlib';
import { setTimeout as sleep } from 'node:timers/promises';

const phi = 'Peter James Chalmers, born 1974-12-25';

const withEntries = (answer, change) => {
  const bundle = JSON.parse(answer.text);
  return { ...answer, text: JSON.stringify({ ...bundle, entry: change(bundle.entry ?? []) }) };
};

// Each takes the honest answer {status, type, headers, text} and gives what is sent instead.
const modes = {
  'html': () => ({ status: 200, type: 'text/html', text: `<html><body>Login required for ${phi}</body></html>` }),
  'xml': () => ({ status: 200, type: 'application/fhir+xml', text: `<Patient xmlns="http://hl7.org/fhir"><id value="example"/><name><text value="${phi}"/></name></Patient>` }),
  'gzip': (answer) => ({ ...answer, headers: { ...answer.headers, 'content-encoding': 'gzip' }, bytes: gzipSync(answer.text) }),
  'deflate-claimed': (answer) => ({ ...answer, headers: { ...answer.headers, 'content-encoding': 'br' } }),
  'wrong-content-type': (answer) => ({ ...answer, type: 'application/pdf' }),
  'no-content-type': (answer) => ({ ...answer, type: undefined }),
  'wrong-charset': (answer) => ({ ...answer, type: 'application/fhir+json; charset=utf-16' }),
  'truncated-json': (answer) => ({ ...answer, text: answer.text.slice(0, Math.floor(answer.text.length / 2)) }),
  'trailing-json': (answer) => ({ ...answer, text: `${answer.text}{"resourceType":"Patient","id":"example"}` }),
  'cut': (answer) => ({ ...answer, cut: true }),
  'empty': (answer) => ({ ...answer, text: '' }),
  'duplicate-members': (answer) => ({ ...answer, text: answer.text.replace(/"subject":\{[^}]*\}/, (subject) => `"subject":{"reference":"Patient/f001"},${subject}`) }),
  'bom': (answer) => ({ ...answer, text: `\uFEFF${answer.text}` }),
  'invalid-utf8': (answer) => ({ ...answer, bytes: Buffer.concat([Buffer.from(answer.text.slice(0, -1)), Buffer.from([0x2c, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d])]) }),
  'server-error': () => ({ status: 500, type: 'application/fhir+json', text: JSON.stringify({ resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'exception', diagnostics: `SELECT failed for ${phi}` }] }) }),
  'not-acceptable-status': (answer) => ({ ...answer, status: 206 }),
  'redirect': (answer) => ({ ...answer, status: 302, headers: { location: '/fhir/R4/Patient/f001' }, text: '' }),
  'unauthorized': () => ({ status: 401, headers: { 'www-authenticate': 'Bearer realm="ehr-internal"' }, type: 'text/plain', text: 'token expired' }),
  'set-cookie': (answer) => ({ ...answer, headers: { ...answer.headers, 'set-cookie': 'EHRSESSION=abc', 'x-powered-by': 'ehr-internal/1.2', 'server': 'ehr-internal' } }),
  'drop-entry': (answer) => withEntries(answer, (entries) => entries.slice(0, -1)),
  'more-entries': (answer) => withEntries(answer, (entries) => [...entries, ...entries.slice(-1)]),
  'no-status': (answer) => withEntries(answer, (entries) => entries.map((entry) => ({ ...entry, response: {} }))),
  'slow': (answer) => answer,
  'trickle': (answer) => ({ ...answer, trickle: true }),
};

export class Faults {
  /** @param own Modes that the server itself knows how to be wrong in. */
  constructor(own = ['ignore-parameters', 'drop-parameters', 'no-self-link', 'bare-self-link', 'odd-self-link', 'foreign-entries', 'foreign-resource']) {
    this.own = own;
    this.active = [];
  }

  set(fault) {
    if (!(fault.mode in modes) && !this.own.includes(fault.mode)) return false;
    this.active.push({ times: Infinity, ...fault });
    return true;
  }

  clear() {
    this.active = [];
  }

  take(url) {
    const fault = this.active.find((one) => one.times > 0 && (!one.match || url.includes(one.match)));
    if (fault) fault.times--;
    return fault;
  }

  /** Changes the answer's bytes; changes of content are the server's. */
  async apply(fault, answer) {
    if (fault?.delay) await sleep(fault.delay);
    return fault && modes[fault.mode] ? modes[fault.mode](answer) : answer;
  }
}
