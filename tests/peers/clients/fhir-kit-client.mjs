// A backend integration built on fhir-kit-client.  GATEWAY_BASE=… ACCESS_TOKEN=… [PATIENT=…] node clients/fhir-kit-client.mjs
import { Client } from 'fhir-kit-client';
import { base, patient, report, step, summary, token } from './journey.mjs';

const client = new Client({ baseUrl: base, bearerToken: token });

await step('read-patient', async () => summary(await client.read({ resourceType: 'Patient', id: patient })));
await step('search-observations', async () => summary(await client.search({ resourceType: 'Observation', searchParams: { patient, category: 'laboratory' } })));
await step('search-observations-by-post', async () => summary(await client.resourceSearch({ resourceType: 'Observation', searchParams: { patient, category: 'laboratory' }, options: { postSearch: true } })));
await step('next-page', async () => {
  const first = await client.search({ resourceType: 'Observation', searchParams: { patient, category: 'laboratory', _count: '1' } });
  const next = await client.nextPage({ bundle: first });
  return next ? summary(next) : { type: 'none' };
});
await step('compartment-search', async () => summary(await client.compartmentSearch({ resourceType: 'Observation', compartment: { resourceType: 'Patient', id: patient }, searchParams: { category: 'laboratory' } })));
await step('search-conditions', async () => summary(await client.search({ resourceType: 'Condition', searchParams: { patient } })));
report();
