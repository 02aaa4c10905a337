// A FHIR R4 server without any access control: whatever the gateway lets through, it answers, and more than it should.
import { getStatus } from '@medplum/core';
import { Bulk } from './bulk.mjs';
import { Search } from './search.mjs';

const failure = (status, code, text) => ({ status, body: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code, details: { text } }] } });
const missing = (what) => failure(404, 'not-found', `${what} not found`);

const encoded = (text) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join('');
const odd = (url) => `${url.split('?')[0]}?${[...new URLSearchParams(url.split('?')[1] ?? '')].reverse().map(([name, value]) => `${name}=${encoded(value)}`).join('&')}`;

export class FhirServer {
  constructor(store, base) {
    this.store = store;
    this.base = base;
    this.search = new Search(store, base);
    this.bulk = new Bulk(store, base);
  }

  async answer(method, relative, body, headers, fault) {
    const answer = await this.#dispatch(method, relative, body, headers, fault);
    if (fault?.mode === 'foreign-entries' && answer.body?.resourceType === 'Bundle') {
      answer.body = { ...answer.body, entry: [...(answer.body.entry ?? []), ...this.#foreign().map((resource) => ({ resource, search: { mode: 'match' } }))] };
    }
    // How the links of other servers look: none, without parameters, in another order and spelling.
    if (answer.body?.link && fault?.mode === 'no-self-link') answer.body = { ...answer.body, link: answer.body.link.filter((one) => one.relation !== 'self') };
    if (answer.body?.link && fault?.mode === 'bare-self-link') answer.body.link = answer.body.link.map((one) => (one.relation === 'self' ? { ...one, url: one.url.split('?')[0] } : one));
    if (answer.body?.link && fault?.mode === 'odd-self-link') answer.body.link = answer.body.link.map((one) => (one.relation === 'self' ? { ...one, url: odd(one.url) } : one));
    if (fault?.mode === 'foreign-resource' && answer.status === 200) answer.body = this.#foreign()[0];
    return answer;
  }

  // Somebody else's data, as a broken index or cache would add it.
  #foreign() {
    return [this.store.get('Patient', 'f001'), this.store.get('Observation', 'f001')].filter(Boolean);
  }

  async #dispatch(method, relative, body, headers, fault) {
    const [path, query = ''] = relative.split('?');
    const segments = path.split('/').filter(Boolean).map(decodeURIComponent);
    const parameters = new URLSearchParams(query);
    if (fault?.mode === 'ignore-parameters' || fault?.mode === 'drop-parameters') {
      // As servers do with parameters that they do not know or have switched off; paging still works. Honest ones say so in the self link.
      for (const name of [...parameters.keys()].filter((one) => !one.startsWith('_'))) parameters.delete(name);
    }
    const verb = method === 'HEAD' ? 'GET' : method;
    const shown = fault?.mode === 'drop-parameters' ? parameters.toString() : query;
    const self = `${this.base}${path}${shown ? `?${shown}` : ''}`;
    const last = segments.at(-1);

    if (verb === 'POST' && last === '_search') {
      for (const [name, value] of new URLSearchParams(typeof body === 'string' ? body : '')) parameters.append(name, value);
      return this.#dispatch('GET', `/${segments.slice(0, -1).join('/')}?${parameters}`, undefined, headers, fault);
    }
    if (verb === 'GET' && last === 'metadata' && segments.length === 1) return this.#capabilities();
    if (verb === 'GET' && segments.length === 0) return this.#system(parameters, self);
    if (verb === 'POST' && segments.length === 0 && body?.type === 'batch') return this.#batch(body, headers);
    if (last === '$export') return this.bulk.start(segments, parameters, self);
    if (segments[0] === 'export-status') return this.bulk.poll(segments[1], method) ?? missing('export');
    if (segments[0] === 'export-files') return this.bulk.file(segments[1], segments[2]) ?? missing('file');
    if (verb === 'GET' && last === '_history' && segments.length <= 2) return this.#history(segments, parameters);
    if (verb === 'GET' && segments.length >= 3 && segments[2] === '_history' && !this.store.get(segments[0], segments[1])) return this.#deleted(segments);
    if (verb === 'GET' && segments[0] === 'Patient' && segments.length === 3 && segments[2] !== '_history') return this.#patient(segments, parameters, self);
    if (verb === 'GET' && segments.length === 1 && /^[A-Z]/.test(segments[0])) {
      return this.store.knows(segments[0]) ? this.search.bundle(this.search.filter(this.store.all(segments[0]), parameters), parameters, self) : failure(404, 'not-supported', 'unknown type');
    }
    return this.#delegate(verb, path, query, body, headers);
  }

  #capabilities() {
    return { status: 200, body: { resourceType: 'CapabilityStatement', status: 'active', date: '2026-01-01', kind: 'instance', fhirVersion: '4.0.1', format: ['json'], rest: [{ mode: 'server', resource: this.store.types().map((type) => ({ type })) }] } };
  }

  #system(parameters, self) {
    if (parameters.has('_getpages')) {
      return this.search.page(parameters.get('_getpages'), Number(parameters.get('_getpagesoffset') ?? 0), Number(parameters.get('_count') ?? 20), self) ?? failure(410, 'not-found', 'page expired');
    }
    const types = parameters.get('_type')?.split(',') ?? this.store.types();
    return this.search.bundle(this.search.filter(types.flatMap((type) => this.store.all(type)), parameters), parameters, self);
  }

  async #batch(bundle, headers) {
    const entry = [];
    for (const part of bundle.entry ?? []) {
      const { status, body } = await this.#dispatch(part.request.method, `/${part.request.url.replace(`${this.base}/`, '')}`, part.resource, headers);
      entry.push({ response: { status: String(status) }, ...(body ? { resource: body } : {}) });
    }
    return { status: 200, body: { resourceType: 'Bundle', type: 'batch-response', entry } };
  }

  #history(segments, parameters) {
    const versions = this.store.history(segments.length === 2 ? segments[0] : undefined);
    const entry = versions.slice(0, Number(parameters.get('_count') ?? 20)).map((resource) => ({ fullUrl: `${this.base}/${resource.resourceType}/${resource.id}`, resource, request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` }, response: { status: '200' } }));
    return { status: 200, body: { resourceType: 'Bundle', type: 'history', total: versions.length, entry } };
  }

  // What is no more still has its versions, the deletion first.
  #deleted([type, id, , version]) {
    const versions = this.store.versions(type, id);
    if (version) return versions.filter((one) => one.meta.versionId === version).map((body) => ({ status: 200, body }))[0] ?? missing('version');
    const url = `${type}/${id}`;
    const entry = [{ fullUrl: `${this.base}/${url}`, request: { method: 'DELETE', url }, response: { status: '204' } }, ...versions.map((resource) => ({ fullUrl: `${this.base}/${url}`, resource, request: { method: 'PUT', url }, response: { status: '200' } })).reverse()];
    return versions.length > 0 ? { status: 200, body: { resourceType: 'Bundle', type: 'history', total: entry.length, entry } } : missing('history');
  }

  #patient([, id, what], parameters, self) {
    const everything = what === '$everything';
    if (what.startsWith('$') && !everything) return failure(404, 'not-supported', 'unknown operation');
    if (!this.store.get('Patient', id)) return missing('Patient');
    const candidates = everything || what === '*' ? this.store.everything() : this.store.all(what);
    const members = candidates.filter((resource) => this.store.inCompartment(id, resource));
    return this.search.bundle(everything ? members : this.search.filter(members, parameters), parameters, self);
  }

  async #delegate(method, path, query, body, headers) {
    const url = query ? `${path}?${query}` : path;
    const [outcome, resource] = await this.store.router.handleRequest({ method, url, pathname: '', body, params: {}, query: {}, headers }, this.store.repository);
    const status = getStatus(outcome);
    const extra = {};
    if (resource?.meta?.versionId) {
      extra.etag = `W/"${resource.meta.versionId}"`;
      if (resource.meta.lastUpdated) extra['last-modified'] = new Date(resource.meta.lastUpdated).toUTCString();
      if (status === 201) extra.location = `${this.base}/${resource.resourceType}/${resource.id}/_history/${resource.meta.versionId}`;
    }
    return { status, headers: extra, body: resource ?? outcome };
  }
}
