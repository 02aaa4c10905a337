// A SMART app built on fhirclient, with its token already at hand.  GATEWAY_BASE=… ACCESS_TOKEN=… [PATIENT=…] node clients/fhirclient.mjs
import FHIR from 'fhirclient';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { base, patient, report, step, summary, token } from './journey.mjs';

// The library wants the web request it serves; nothing of it is used when the state is given.
const request = new IncomingMessage(new Socket());
const smart = FHIR(request, new ServerResponse(request));
const client = smart.client({ serverUrl: base, tokenResponse: { access_token: token, token_type: 'Bearer', patient } });

await step('read-patient', async () => summary(await client.patient.read()));
await step('search-observations', async () => summary(await client.request(`Observation?patient=${patient}&category=laboratory`)));
await step('all-pages', async () => {
  const pages = await client.request(`Observation?patient=${patient}&category=laboratory&_count=1`, { pageLimit: 0, flat: true });
  return { type: 'List', entries: pages.map((resource) => `${resource.resourceType}/${resource.id}`) };
});
await step('search-conditions', async () => summary(await client.request(`Condition?patient=${patient}`)));
report();
