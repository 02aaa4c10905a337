// A client built on openid-client that authenticates by its certificate (tls_client_auth, RFC 8705) and calls with the bound token.
//   ISSUER=… CLIENT_ID=… CERT=file KEY=file CA=file SCOPE=… RESOURCES='["https://gw/fhir/Patient/1"]' node clients/tls-client.mjs
// Prints {"methods":[…],"token":{…},"calls":[{"url":…,"status":…}],"error":"…"|null}.
import { readFileSync } from 'node:fs';
import https from 'node:https';
import * as client from 'openid-client';

const { ISSUER, CLIENT_ID, CERT, KEY, CA, SCOPE, RESOURCES = '[]' } = process.env;
const agent = new https.Agent({ cert: readFileSync(CERT), key: readFileSync(KEY), ca: readFileSync(CA) });

// Node's own fetch shows no certificate.
const fetchWithCertificate = (url, options) =>
  new Promise((resolve, reject) => {
    const { method, headers, body } = options;
    const request = https.request(url, { agent, method, headers: Object.fromEntries(new Headers(headers)) }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => {
        const kept = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
        resolve(new Response(Buffer.concat(parts), { status: response.statusCode, headers: kept }));
      });
    });
    request.on('error', reject);
    request.end(body ? body.toString() : undefined);
  });

const result = { methods: [], token: null, calls: [], introspected: null, revoked: false, error: null };
try {
  const config = await client.discovery(new URL(ISSUER), CLIENT_ID, {}, client.TlsClientAuth(), { [client.customFetch]: fetchWithCertificate });
  result.methods = config.serverMetadata().token_endpoint_auth_methods_supported;
  const granted = await client.clientCredentialsGrant(config, { scope: SCOPE });
  result.token = { type: granted.token_type, scope: granted.scope ?? null, expiresIn: granted.expires_in ?? null, text: granted.access_token };
  for (const url of JSON.parse(RESOURCES)) {
    const response = await client.fetchProtectedResource(config, granted.access_token, new URL(url), 'GET').catch((error) => error.response ?? error);
    result.calls.push({ url, status: response.status ?? -1, code: null });
  }
} catch (error) {
  result.error = error.error ?? `${error.name}: ${error.message}`;
}
console.log(JSON.stringify(result));
