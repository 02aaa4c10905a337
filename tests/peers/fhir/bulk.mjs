// FHIR Bulk Data: kick-off, polling, manifest, files. Handles work for whoever has them.
import { randomUUID } from 'node:crypto';

export class Bulk {
  constructor(store, base) {
    this.store = store;
    this.base = base;
    this.jobs = new Map();
  }

  start(segments, parameters, self) {
    const wanted = parameters.get('_type')?.split(',');
    const members = segments[0] === 'Group' ? (this.store.get('Group', segments[1])?.member ?? []).map((member) => member.entity?.reference?.split('/').pop()) : undefined;
    const resources = this.store.everything().filter((resource) => (!wanted || wanted.includes(resource.resourceType))
      && (segments.length === 1 || (members ? members.some((id) => this.store.inCompartment(id, resource)) : resource.resourceType === 'Patient' || this.store.compartment.has(resource.resourceType))));
    const id = randomUUID();
    this.jobs.set(id, { resources, self, polls: 0 });
    return { status: 202, headers: { 'content-location': `${this.base}/export-status/${id}` } };
  }

  poll(id, method) {
    const job = this.jobs.get(id);
    if (!job) return undefined;
    if (method === 'DELETE') {
      this.jobs.delete(id);
      return { status: 202 };
    }
    if (job.polls++ === 0) return { status: 202, headers: { 'retry-after': '1', 'x-progress': 'working' } };
    const types = [...new Set(job.resources.map((resource) => resource.resourceType))];
    const output = types.map((type) => ({ type, url: `${this.base}/export-files/${id}/${type}.ndjson`, count: job.resources.filter((resource) => resource.resourceType === type).length }));
    // As real servers do: a type of another release, a file kept elsewhere, what was deleted, what failed, and a part that follows.
    output.push({ type: 'FutureType', url: `${this.base}/export-files/${id}/FutureType.ndjson` });
    output.push({ type: 'Patient', url: 'https://storage.example/Patient.ndjson' });
    const body = {
      transactionTime: new Date().toISOString(),
      request: job.self,
      requiresAccessToken: true,
      output,
      deleted: [{ type: 'Bundle', url: `${this.base}/export-files/${id}/deleted.ndjson` }],
      error: [{ type: 'OperationOutcome', url: `${this.base}/export-files/${id}/errors.ndjson` }],
      link: [{ relation: 'next', url: `${this.base}/export-status/${id}` }],
    };
    return { status: 200, type: 'application/json', body };
  }

  file(id, name) {
    const job = this.jobs.get(id);
    if (!job) return undefined;
    const type = name?.replace('.ndjson', '');
    const beside = {
      deleted: { resourceType: 'Bundle', type: 'transaction', entry: ['Patient/example', 'Patient/f201'].map((url) => ({ request: { method: 'DELETE', url } })) },
      errors: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'processing', diagnostics: 'CANARY' }] },
    };
    if (beside[type]) return { status: 200, type: 'application/fhir+ndjson', raw: JSON.stringify(beside[type]) };
    return { status: 200, type: 'application/fhir+ndjson', raw: job.resources.filter((resource) => resource.resourceType === type).map((resource) => JSON.stringify(resource)).join('\n') };
  }
}
