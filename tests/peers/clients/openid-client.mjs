// A client built on openid-client: discovery, private_key_jwt, a call with the token.
//   ISSUER=… CLIENT_ID=… CLIENT_JWK='{…private…}' SCOPE=… RESOURCES='["https://gw/fhir/Patient/1"]' node clients/openid-client.mjs
// With TASK=… it asks for a token of that task (RFC 9396), with EXCHANGE=1 besides by exchange of its own token (RFC 8693).
// Prints {"token":{…},"calls":[{"url":…,"status":…}],"error":"…"|null}.
import * as client from 'openid-client';

const { ISSUER, CLIENT_ID, CLIENT_JWK, SCOPE, TASK, EXCHANGE, RESOURCES = '[]' } = process.env;
const jwk = JSON.parse(CLIENT_JWK);
const key = await crypto.subtle.importKey('jwk', jwk, jwk.kty === 'RSA' ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384' } : { name: 'ECDSA', namedCurve: jwk.crv }, false, ['sign']);
const result = { token: null, calls: [], introspected: null, revoked: false, error: null };
try {
  const config = await client.discovery(new URL(ISSUER), CLIENT_ID, {}, client.PrivateKeyJwt({ key, kid: jwk.kid }), { execute: [client.allowInsecureRequests] });
  const details = TASK ? { authorization_details: JSON.stringify([{ type: 'phi-gateway-task', identifier: TASK }]) } : {};
  const parameters = { ...(SCOPE ? { scope: SCOPE } : {}), ...(EXCHANGE ? {} : details) };
  let granted = await client.clientCredentialsGrant(config, parameters);
  if (EXCHANGE) {
    const token = 'urn:ietf:params:oauth:token-type:access_token';
    granted = await client.genericGrantRequest(config, 'urn:ietf:params:oauth:grant-type:token-exchange', { subject_token: granted.access_token, subject_token_type: token, ...details });
  }
  result.token = { type: granted.token_type, scope: granted.scope ?? null, expiresIn: granted.expires_in ?? null, text: granted.access_token };
  for (const url of JSON.parse(RESOURCES)) {
    // A challenge is thrown; it carries the answer.
    const response = await client.fetchProtectedResource(config, granted.access_token, new URL(url), 'GET').catch((error) => error.response ?? error);
    result.calls.push({ url, status: response.status ?? -1, code: null });
  }
} catch (error) {
  result.error = error.error ?? `${error.name}: ${error.message}`;
}
console.log(JSON.stringify(result));
