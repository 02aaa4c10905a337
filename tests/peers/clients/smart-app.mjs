// A SMART app built on fhirclient: launched as an EHR launches it, followed as a browser follows it (authorization code with PKCE,
// private_key_jwt), then read with.
//   ISS=https://gw/fhir LAUNCH=… CLIENT_ID=… CLIENT_JWK='{…private…}' SCOPE='launch patient/Patient.rs' REDIRECT_URI=http://127.0.0.1:4711/app OTHER=f201 \
//     node clients/smart-app.mjs
// Prints {"patient":"…"|null,"scope":"…"|null,"error":"…"|null,"steps":[…]}; OTHER is a patient that the app was not launched for.
import FHIR from 'fhirclient';
import http from 'node:http';
import { report, step, summary } from './steps.mjs';

const { ISS, LAUNCH, CLIENT_ID, CLIENT_JWK, SCOPE, REDIRECT_URI, OTHER } = process.env;
const place = new URL(REDIRECT_URI);
const session = {};
const storage = {
  get: async (key) => session[key],
  set: async (key, value) => {
    session[key] = value;
    return value;
  },
  unset: async (key) => delete session[key],
};
let client = null;
let failure = null;

const app = http.createServer(async (request, response) => {
  try {
    const smart = FHIR(request, response, storage);
    if (new URL(request.url, place).pathname === '/launch') {
      await smart.authorize({ clientId: CLIENT_ID, clientPrivateJwk: JSON.parse(CLIENT_JWK), scope: SCOPE, redirectUri: REDIRECT_URI, pkceMode: 'required' });
      return;
    }
    client = await smart.ready();
    response.writeHead(204).end();
  } catch (error) {
    failure = error.message;
    response.writeHead(500).end();
  }
});
await new Promise((listening) => app.listen(Number(place.port), place.hostname, listening));

// The browser: it keeps cookies and goes where it is sent.
const jars = new Map();
let next = new URL(`/launch?iss=${encodeURIComponent(ISS)}&launch=${encodeURIComponent(LAUNCH)}`, place);
for (let hops = 0; next && hops < 20; hops += 1) {
  const jar = jars.get(next.origin) ?? new Map();
  jars.set(next.origin, jar);
  const answer = await fetch(next, { redirect: 'manual', headers: jar.size > 0 ? { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') } : {} });
  for (const line of answer.headers.getSetCookie()) {
    const [pair] = line.split(';');
    const at = pair.indexOf('=');
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    if (value) {
      jar.set(name, value);
    } else {
      jar.delete(name);
    }
  }
  const body = await answer.text();
  const location = answer.headers.get('location');
  if (!location && answer.status >= 400) {
    failure ??= `${next.origin}${next.pathname} answered ${answer.status}: ${body.slice(0, 300)}`;
  }
  next = location ? new URL(location, next) : null;
}

if (client) {
  await step('read-patient', async () => summary(await client.patient.read()));
  await step('search-observations', async () => summary(await client.request(`Observation?patient=${client.patient.id}`)));
  await step('read-other', async () => summary(await client.request(`Patient/${OTHER}`)));
}
report({ patient: client?.patient.id ?? null, scope: client?.state.tokenResponse.scope ?? null, error: failure });
app.close();
app.closeAllConnections();
