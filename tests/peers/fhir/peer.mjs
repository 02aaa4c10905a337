// One FHIR server that listens: with what it was told, records of its own, its own memory of requests and its own faults.
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Faults } from './faults.mjs';
import { FhirServer } from './server.mjs';
import { Store } from './store.mjs';

const maximumRecords = 5000;

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

export class Peer {
  /** @param {{port?: number, base?: string, authorization?: string, self?: string, fixtures?: string[]}} options */
  static async start({ port = 0, base = '/fhir/R4', authorization, self, fixtures = [] }) {
    const peer = new Peer();
    peer.store = await Store.load(fixtures);
    peer.authorization = authorization;
    peer.path = base;
    await new Promise((resolve, reject) => peer.listener.once('error', reject).listen(port, '127.0.0.1', resolve));
    peer.base = `http://127.0.0.1:${peer.listener.address().port}${base}`;
    peer.server = new FhirServer(peer.store, self ?? peer.base);
    return peer;
  }

  constructor() {
    this.faults = new Faults();
    this.recorded = [];
    // A caller that goes away in the middle of its body ends its own connection and nothing else.
    this.listener = http.createServer((request, response) => this.#take(request, response).catch(() => request.socket.destroy()));
  }

  end() {
    this.listener.close();
    this.listener.closeAllConnections();
  }

  async #take(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    await (request.url.startsWith('/__') ? this.#control(request, response, text) : this.#clinical(request, response, text));
  }

  async #control(request, response, body) {
    if (request.url === '/__recorded') {
      const found = this.recorded;
      if (request.method === 'DELETE') this.recorded = [];
      return json(response, 200, found);
    }
    if (request.url === '/__faults' && request.method === 'POST') return json(response, this.faults.set(JSON.parse(body)) ? 200 : 400, {});
    if (request.url === '/__faults' && request.method === 'DELETE') {
      this.faults.clear();
      return json(response, 200, {});
    }
    return json(response, 404, {});
  }

  async #clinical(request, response, text) {
    this.recorded.push({ method: request.method, url: request.url, headers: request.headers, rawHeaders: request.rawHeaders, body: text });
    if (this.recorded.length > maximumRecords) this.recorded.shift();
    const fault = this.faults.take(request.url);
    let answer;
    if (this.authorization && request.headers.authorization !== this.authorization) {
      answer = { status: 401, body: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'login' }] } };
    } else if (!request.url.startsWith(this.path)) {
      answer = { status: 404, body: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'not-found' }] } };
    } else {
      try {
        const body = text && !(request.headers['content-type'] ?? '').includes('form-urlencoded') ? JSON.parse(text) : text;
        answer = await this.server.answer(request.method, request.url.slice(this.path.length) || '/', body, request.headers, fault);
      } catch (error) {
        answer = { status: error instanceof SyntaxError ? 400 : 500, body: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'exception', details: { text: error.message } }] } };
      }
    }
    const plain = { status: answer.status, type: answer.type ?? 'application/fhir+json; charset=utf-8', headers: answer.headers, text: answer.raw ?? (answer.body === undefined ? '' : JSON.stringify(answer.body)) };
    await send(request, response, await this.faults.apply(fault, plain));
  }
}
