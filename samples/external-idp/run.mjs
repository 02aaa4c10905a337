// Tokens from an identity provider that nobody here wrote. See README.md beside this file.
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { Sample, scope } from '../lib/sample.mjs';

const secrets = { 'acme-lab-connector': 'secret-of-the-connector-0123456789', stranger: 'secret-of-a-stranger-0123456789' };
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });

await Sample.run(import.meta.url, async (sample) => {
  sample.write('backend.authorization', 'Bearer secret-of-the-backend');
  await sample.peer('fhir.mjs', '--port', `${sample.backendPort}`, '--authorization', 'Bearer secret-of-the-backend');
  const claims = { purpose_of_use: ['TREAT'] };
  const clients = [
    ...Object.entries(secrets).map(([clientId, clientSecret]) => ({ clientId, clientSecret, scope, claims })),
    { clientId: 'acme-backend', jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'acme-1', alg: 'ES384', use: 'sig' }] }, assertionAlgorithm: 'ES384', scope, claims },
  ];
  const config = sample.write('idp.json', JSON.stringify({ port: Number(new URL(sample.issuer).port), audience: `${sample.data}/fhir`, clients }));
  await sample.peer('idp.mjs', config);
  await sample.gateway();
  await sample.fill({ 'acme-orders': ['example'] });

  const tokenOf = async (form, headers = {}) => {
    const answer = await fetch(`${sample.issuer}/token`, { method: 'POST', headers, body: new URLSearchParams({ grant_type: 'client_credentials', scope, ...form }) });
    const json = await answer.json();
    if (!json.access_token) throw new Error(`No token, but ${answer.status}: ${JSON.stringify(json)}`);
    return json.access_token;
  };
  const bySecret = (client) => tokenOf({}, { authorization: `Basic ${Buffer.from(`${client}:${secrets[client]}`).toString('base64')}` });
  // SMART Backend Services: the client signs who it is, and no secret is shared.
  const byKey = (client) => {
    const now = Math.floor(Date.now() / 1000);
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${part({ alg: 'ES384', kid: 'acme-1', typ: 'JWT' })}.${part({ iss: client, sub: client, aud: `${sample.issuer}/token`, jti: randomUUID(), iat: now, exp: now + 60 })}`;
    const assertion = `${text}.${sign('sha384', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
    return tokenOf({ client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: assertion });
  };

  const target = '/fhir/Observation?patient=example&category=laboratory';
  const hasEntries = { holds: (bundle) => bundle.entry.length > 0 };
  await sample.ask('a client with a secret', await bySecret('acme-lab-connector'), 'GET', target, '200', hasEntries);
  await sample.ask('a client with a key of its own (private_key_jwt)', await byKey('acme-backend'), 'GET', target, '200', hasEntries);
  await sample.ask('known to the identity provider, and to nobody else', await bySecret('stranger'), 'GET', target, '403 unknown-client');
  const good = await bySecret('acme-lab-connector');
  const [head, body, signature] = good.split('.');
  const forged = Buffer.from(signature, 'base64url');
  forged[0] ^= 1;
  await sample.ask('the same token with one bit changed', `${head}.${body}.${forged.toString('base64url')}`, 'GET', target, '401 invalid-token');
});
