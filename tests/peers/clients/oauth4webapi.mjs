// A client built on oauth4webapi: discovery, private_key_jwt, DPoP with nonces, calls with the token.
//   ISSUER=… CLIENT_ID=… CLIENT_JWK='{…private…}' SCOPE=… [DPOP=1] [RESOURCES='["https://gw/fhir/Patient/1"]'] [REVOKE=1] node clients/oauth4webapi.mjs
// Prints {"token":{…},"calls":[{"url":…,"status":…,"code":…}],"introspected":{…}|null,"revoked":bool,"error":"…"|null}.
import * as oauth from 'oauth4webapi';

const { ISSUER, CLIENT_ID, CLIENT_JWK, SCOPE, DPOP, RESOURCES = '[]', REVOKE } = process.env;
const loopback = { [oauth.allowInsecureRequests]: true };
const jwk = JSON.parse(CLIENT_JWK);
const key = await crypto.subtle.importKey('jwk', jwk, jwk.kty === 'RSA' ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384' } : { name: 'ECDSA', namedCurve: jwk.crv }, false, ['sign']);
const client = { client_id: CLIENT_ID };
const authentication = oauth.PrivateKeyJwt({ key, kid: jwk.kid });
const issuer = new URL(ISSUER);
const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, loopback));
const proof = DPOP ? { DPoP: oauth.DPoP(client, await oauth.generateKeyPair('ES256')) } : {};
const result = { token: null, calls: [], introspected: null, revoked: false, error: null };

const withNonce = async (action) => {
  try {
    return await action();
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return action();
  }
};

try {
  const granted = await withNonce(async () => oauth.processClientCredentialsResponse(server, client, await oauth.clientCredentialsGrantRequest(server, client, authentication, new URLSearchParams(SCOPE ? { scope: SCOPE } : {}), { ...loopback, ...proof })));
  result.token = { type: granted.token_type, scope: granted.scope ?? null, expiresIn: granted.expires_in ?? null, text: granted.access_token };
  for (const url of JSON.parse(RESOURCES)) {
    const call = { url, status: 0, code: null, challenges: null };
    try {
      const response = await withNonce(() => oauth.protectedResourceRequest(granted.access_token, 'GET', new URL(url), new Headers({ accept: 'application/fhir+json' }), null, { ...loopback, ...proof }));
      call.status = response.status;
    } catch (error) {
      call.status = error.status ?? error.response?.status ?? -1;
      call.challenges = error.cause?.map?.((challenge) => `${challenge.scheme} ${challenge.parameters.error ?? ''}`.trim()) ?? String(error);
      call.code = (await error.response?.json().catch(() => null))?.issue?.[0]?.details?.coding?.[0]?.code ?? null;
    }
    result.calls.push(call);
  }
  if (REVOKE) {
    result.introspected = await oauth.processIntrospectionResponse(server, client, await oauth.introspectionRequest(server, client, authentication, granted.access_token, loopback));
    await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, authentication, granted.access_token, loopback));
    result.revoked = (await oauth.processIntrospectionResponse(server, client, await oauth.introspectionRequest(server, client, authentication, granted.access_token, loopback))).active === false;
  }
} catch (error) {
  result.error = error.error ?? `${error.name}: ${error.message}`;
}
console.log(JSON.stringify(result));
