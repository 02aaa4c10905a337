// From nothing to an open path and back, typed by the generated client: what does not stand in the document does not compile.
import createClient from 'openapi-fetch';
import type { components, paths } from './admin-api.js';

declare const process: { env: Record<string, string | undefined>; stdout: { write(text: string): void } };

type Problem = components['schemas']['ProblemBody'];

const as = (key: string) => createClient<paths>({ baseUrl: process.env.ADMIN_SERVER!, headers: { Authorization: `Bearer ${key}` } });
const operator = as(process.env.OPERATOR_KEY!);
const approver = as(process.env.APPROVER_KEY!);

const steps: string[] = [];

function good<T>(step: string, answer: { data?: T; error?: unknown; response: Response }): { data: T; etag: string } {
  if (answer.error !== undefined || !answer.response.ok) throw new Error(`${step}: ${answer.response.status} ${JSON.stringify(answer.error)}`);
  steps.push(step);
  return { data: answer.data as T, etag: answer.response.headers.get('etag') ?? '' };
}

function refused(step: string, status: number, code: string, answer: { error?: Problem; response: Response }): void {
  if (answer.response.status !== status || answer.error?.code !== code) throw new Error(`${step}: ${answer.response.status} ${JSON.stringify(answer.error)}`);
  steps.push(step);
}

// 1. Who, under which contract, whose data, what for.
const organization: components['schemas']['Organization'] = { id: 'acme', kind: 'vendor', name: 'Acme Laboratories', modules: ['results@4'] };
good('organization', await operator.POST('/admin/v1/organizations', { body: organization, params: { header: { 'Idempotency-Key': 'journey-1' } } }));
good('organization again', await operator.POST('/admin/v1/organizations', { body: organization, params: { header: { 'Idempotency-Key': 'journey-1' } } }));
good('agreement', await operator.POST('/admin/v1/agreements', {
  body: { id: 'baa-1', kind: 'baa', organization: 'acme', effective: '2026-01-01', expires: '2027-01-01', jurisdictions: ['US'] },
}));
good('roster', await operator.POST('/admin/v1/rosters', { body: { id: 'orders', kind: 'care-relationship' } }));
good('member', await operator.PUT('/admin/v1/rosters/{id}/members/{patient}', { params: { path: { id: 'orders', patient: 'p-1' } }, body: { source: 'orders feed' } }));
const useCase = good('use case', await operator.POST('/admin/v1/use-cases', {
  body: {
    id: 'lab-results', title: 'Lab results', owner: 'mary@hospital.example', agreement: 'baa-1', organization: 'acme', purposes: ['TREAT'], environment: 'production', tenants: ['north'], expires: '2026-12-31',
    grants: [{ types: ['Observation'], interactions: ['read', 'search'], patients: { roster: 'orders' } }],
  },
}));
refused('use case without If-Match', 428, 'precondition-required', await approver.POST('/admin/v1/use-cases/{id}:approve', { params: { path: { id: 'lab-results' } }, body: {} }));
good('use case approved', await approver.POST('/admin/v1/use-cases/{id}:approve', { params: { path: { id: 'lab-results' }, header: { 'If-Match': useCase.etag } }, body: {} }));

// 2. The identity, asked for by one person and approved by another.
good('client', await operator.POST('/admin/v1/clients', { body: { id: 'acme-connector', useCase: 'lab-results', owner: 'mary@hospital.example', environment: 'production' } }));
good('credential', await operator.POST('/admin/v1/credentials', { body: { id: 'acme-oidc', client: 'acme-connector', issuer: 'hospital-idp', clientId: 'acme-connector' } }));
const path = { id: 'acme-connector' };
good('attested', await operator.POST('/admin/v1/clients/{id}:attest', { params: { path }, body: {} }));
good('submitted', await operator.POST('/admin/v1/clients/{id}:submit', { params: { path }, body: { reason: 'go-live in May' } }));
const queue = good('queue', await approver.GET('/admin/v1/approvals/queue', { params: { query: { limit: 10 } } }));
const fingerprint = queue.data.items?.[0]?.fingerprint;
good('approved', await approver.POST('/admin/v1/clients/{id}:approve', { params: { path }, body: { fingerprint } }));
const posture = good('posture', await operator.GET('/admin/v1/clients/{id}/posture', { params: { path } }));
if (!posture.data.path_open || !posture.data.doors?.some(door => door.name === 'agreement' && door.closes_at)) throw new Error(JSON.stringify(posture.data));

// 3. Changes: seen first, never blindly.
const list = good('list', await operator.GET('/admin/v1/clients', { params: { query: { status: 'active', sort: 'id', limit: 5 } } }));
if (list.data.items?.[0]?.id !== 'acme-connector') throw new Error(JSON.stringify(list.data));
const patch = { params: { path, header: { 'If-Match': '"1"' } }, body: { description: 'x' }, headers: { 'Content-Type': 'application/merge-patch+json' } } as const;
refused('stale', 412, 'precondition-failed', await operator.PATCH('/admin/v1/clients/{id}', patch as never));
const plan = good('dry run', await operator.POST('/admin/v1/organizations/{id}:offboard', { params: { path: { id: 'acme' }, query: { dry_run: true } }, body: { reason: 'contract ended' } }));
steps.push(`planned ${JSON.stringify(plan.data).includes('clients_affected')}`);

// 4. The end.
good('revoked', await operator.POST('/admin/v1/clients/{id}:revoke', { params: { path }, body: { reason: 'contract ended' } }));
const revocations = good('revocations', await operator.GET('/admin/v1/revocations'));
if (revocations.data.items?.[0]?.target !== 'client') throw new Error(JSON.stringify(revocations.data));
// What is typed: a record of the trail, a decision, the new credential of a rotation. These compile or the document is wrong.
type TrailBody = components['schemas']['TrailEntry']['record'];
const recorded: Pick<TrailBody, 'id' | 'kind' | 'event' | 'time' | 'client' | 'patients' | 'resourceCount'> = { id: '01990000-0000-7000-8000-000000000001', kind: 'disclosure', event: 'read', time: '2026-05-01T12:00:00Z', patients: ['p-1'], resourceCount: 1 };
// @ts-expect-error a member that no record has
const misspelt: TrailBody['resourcesCount'] = 1;
const token: components['schemas']['DecisionExplanation']['token'] = { not_judged: ['token age'], note: recorded.event };
const rotation: components['schemas']['RotateBody'] = { credential: { id: 'acme-oidc-2', client: 'acme-connector', kind: 'oidc-client', issuer: 'hospital-idp', clientId: 'acme-connector-2' }, overlap_hours: 24 };
if (!token.note || misspelt !== 1 || rotation.credential?.id !== 'acme-oidc-2') throw new Error('typed bodies');

process.stdout.write(steps.join('\n'));
