// Search as lenient servers do it: unknown parameters are ignored, everything that may be pulled in is.
import { getSearchParameter, matchesSearchRequest, parseSearchRequest } from '@medplum/core';
import { randomUUID } from 'node:crypto';

const control = new Set(['_include', '_include:iterate', '_revinclude', '_revinclude:iterate', '_count', '_sort', '_summary', '_elements', '_total', '_format', '_pretty', '_type', '_contained', '_containedType']);
const common = /^_(id|lastUpdated|tag|profile|security|source)$/;
const maximumDepth = 4;
const maximumRequests = 1000;
const key = (resource) => `${resource.resourceType}/${resource.id}`;

// Every resource of a type is held against the same request.
const requests = new Map();
function request(type, name, value) {
  const of = `${type}?${name}=${value}`;
  let parsed = requests.get(of);
  if (!parsed) {
    parsed = parseSearchRequest(type, { [name]: value });
    if (requests.size >= maximumRequests) requests.clear();
    requests.set(of, parsed);
  }
  return parsed;
}

export class Search {
  constructor(store, base) {
    this.store = store;
    this.base = base;
    this.pages = new Map();
  }

  filter(resources, parameters) {
    return resources.filter((resource) => [...parameters].every(([name, value]) => control.has(name) || this.#test(resource, name, value)));
  }

  bundle(matches, parameters, self) {
    if (parameters.get('_summary') === 'count' || parameters.get('_count') === '0') {
      return { status: 200, body: { resourceType: 'Bundle', type: 'searchset', total: matches.length, link: [{ relation: 'self', url: self }] } };
    }
    const id = randomUUID();
    this.pages.set(id, { matches, parameters });
    return this.page(id, 0, Number(parameters.get('_count') ?? 20), self);
  }

  /** One page of a kept result, under a handle that anyone who has it may use. */
  page(id, offset, count, self) {
    const kept = this.pages.get(id);
    if (!kept) return undefined;
    const { matches, parameters } = kept;
    const shown = matches.slice(offset, offset + count);
    const handle = (at) => `${this.base}?_getpages=${id}&_getpagesoffset=${at}&_count=${count}&_bundletype=searchset`;
    const link = [{ relation: 'self', url: self }];
    if (offset + count < matches.length) link.push({ relation: 'next', url: handle(offset + count) });
    if (offset > 0) link.push({ relation: 'previous', url: handle(Math.max(0, offset - count)) });
    const entry = [
      ...shown.map((resource) => ({ fullUrl: `${this.base}/${key(resource)}`, resource: this.#trim(resource, parameters), search: { mode: 'match' } })),
      ...this.#included(shown, parameters).map((resource) => ({ fullUrl: `${this.base}/${key(resource)}`, resource, search: { mode: 'include' } })),
    ];
    return { status: 200, body: { resourceType: 'Bundle', type: 'searchset', total: matches.length, link, entry } };
  }

  #test(resource, name, value) {
    if (name.startsWith('_has:')) {
      const [, type, reference, ...rest] = name.split(':');
      return this.store.all(type).some((other) => this.store.references(other, reference).some((target) => this.store.resolve(target) === resource) && this.#test(other, rest.join(':'), value));
    }
    const dot = name.indexOf('.');
    if (dot > 0) {
      const [code, type] = name.slice(0, dot).split(':');
      return this.store.references(resource, code).map((reference) => this.store.resolve(reference))
        .some((target) => target && (!type || target.resourceType === type) && this.#test(target, name.slice(dot + 1), value));
    }
    const [code, modifier] = name.split(':');
    const parameter = getSearchParameter(resource.resourceType, code);
    if (!parameter && !common.test(code)) return true;
    if (parameter?.type === 'reference' && modifier !== 'missing' && modifier !== 'identifier') {
      return this.store.references(resource, code).some((reference) => (!modifier || reference.includes(`${modifier}/`)) && this.#refersTo(reference, value));
    }
    try {
      return matchesSearchRequest(resource, request(resource.resourceType, name, value));
    } catch {
      return false;
    }
  }

  #refersTo(reference, value) {
    return value.split(',').some((wanted) => {
      const local = wanted.replace(`${this.base}/`, '');
      return local.includes('/') ? reference === local || reference.endsWith(`/${local}`) : reference.split('/').pop() === local;
    });
  }

  #included(matches, parameters) {
    const found = new Map();
    const seen = new Set(matches.map(key));
    let frontier = matches;
    for (let depth = 0; depth < maximumDepth && frontier.length > 0; depth++) {
      const next = [];
      const take = (resource) => {
        if (resource && !seen.has(key(resource))) {
          seen.add(key(resource));
          found.set(key(resource), resource);
          next.push(resource);
        }
      };
      for (const [name, value] of parameters) {
        if (depth > 0 && !name.endsWith(':iterate')) continue;
        const [type, code, target] = value.split(':');
        if (name.startsWith('_include')) this.#follow(frontier, type, code, target, take);
        if (name.startsWith('_revinclude')) {
          for (const other of this.store.all(type)) {
            if (this.store.references(other, code).some((reference) => frontier.includes(this.store.resolve(reference)))) take(other);
          }
        }
      }
      frontier = next;
    }
    return [...found.values()];
  }

  #follow(resources, type, code, target, take) {
    for (const resource of resources) {
      if (type !== '*' && resource.resourceType !== type) continue;
      const codes = code === '*' || type === '*' ? [...(this.store.compartment.get(resource.resourceType) ?? []), 'subject', 'patient', 'encounter'] : [code];
      for (const reference of codes.flatMap((one) => this.store.references(resource, one))) {
        const other = this.store.resolve(reference);
        if (!target || other?.resourceType === target) take(other);
      }
    }
  }

  // _elements drops whatever was not asked for, the subject and the labels too.
  #trim(resource, parameters) {
    const elements = parameters.get('_elements');
    if (!elements) return resource;
    const trimmed = { resourceType: resource.resourceType, id: resource.id, meta: { versionId: resource.meta?.versionId, tag: [{ code: 'SUBSETTED' }] } };
    for (const name of elements.split(',')) {
      if (resource[name] !== undefined) trimmed[name] = resource[name];
    }
    return trimmed;
  }
}
