// A client built on openid-client: discovery, private_key_jwt, a call with the token.
//   ISSUER=… CLIENT_ID=… CLIENT_JWK='{…private…}' SCOPE=… RESOURCES='["https://gw/fhir/Patient/1"]' node clients/openid-client.mjs
// Prints {"token":{…},"calls":[{"url":…,"status":…}],"error":"…"|null}.
import * as client from 'openid-client';

const { ISSUER, CLIENT_ID, CLIENT_JWK, SCOPE, RESOURCES = '[]' } = process.env;
const jwk = JSON.parse(CLIENT_JWK);
const key = await crypto.subtle.importKey('jwk', jwk, jwk.kty === 'RSA' ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384' } : { name: 'ECDSA', namedCurve: jwk.crv }, false, ['sign']);
const result = { token: null, calls: [], introspected: null, revoked: false, error: null };
try {
  const config = await client.discovery(new URL(ISSUER), CLIENT_ID, {}, client.PrivateKeyJwt({ key, kid: jwk.kid }), { execute: [client.allowInsecureRequests] });
  const granted = await client.clientCredentialsGrant(config, { scope: SCOPE });
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
