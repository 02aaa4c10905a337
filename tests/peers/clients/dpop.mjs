// A client whose proofs of possession are made by the package dpop: discovery, private_key_jwt, calls with the bound token.
//   ISSUER=… CLIENT_ID=… CLIENT_JWK='{…private…}' SCOPE=… RESOURCES='["https://gw/fhir/Patient/1"]' node clients/dpop.mjs
// Prints {"token":{…},"calls":[{"url":…,"status":…,"code":…}],"error":"…"|null}; the last call is made once more with the same proof.
import * as DPoP from 'dpop';
import { importJWK, SignJWT } from 'jose';
import { randomUUID } from 'node:crypto';

const { ISSUER, CLIENT_ID, CLIENT_JWK, SCOPE, RESOURCES = '[]' } = process.env;
const jwk = JSON.parse(CLIENT_JWK);
const alg = jwk.kty === 'RSA' ? 'RS384' : 'ES384';
const key = await importJWK(jwk, alg);
const pair = await DPoP.generateKeyPair('ES256');
const result = { token: null, calls: [], introspected: null, revoked: false, error: null };
const metadata = await (await fetch(`${ISSUER}/.well-known/oauth-authorization-server`)).json();

const assertion = () => new SignJWT({}).setProtectedHeader({ alg, kid: jwk.kid, typ: 'JWT' }).setIssuer(CLIENT_ID).setSubject(CLIENT_ID)
  .setAudience(metadata.token_endpoint).setJti(randomUUID()).setIssuedAt().setExpirationTime('4m').sign(key);

let nonce;
const prove = (url, method, token) => DPoP.generateProof(pair, `${url.origin}${url.pathname}`, method, nonce, token);

// A server that wants a nonce says so once.
const withNonce = async (send) => {
  const answer = await send();
  const wanted = answer.headers.get('dpop-nonce');
  if (answer.ok || !wanted || wanted === nonce) {
    return answer;
  }
  nonce = wanted;
  return send();
};

const askToken = async () => {
  const url = new URL(metadata.token_endpoint);
  const form = { grant_type: 'client_credentials', scope: SCOPE, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: await assertion() };
  return fetch(url, { method: 'POST', headers: { DPoP: await prove(url, 'POST') }, body: new URLSearchParams(form) });
};

const call = async (url, token, proof) => {
  const answer = await fetch(url, { headers: { accept: 'application/fhir+json', authorization: `DPoP ${token}`, DPoP: proof } });
  const body = await answer.json().catch(() => null);
  return { answer, outcome: { url: url.href, status: answer.status, code: answer.ok ? null : body?.issue?.[0]?.details?.coding?.[0]?.code ?? null } };
};

const granted = await (await withNonce(askToken)).json();
if (granted.error) {
  result.error = granted.error;
} else {
  const token = granted.access_token;
  result.token = { type: granted.token_type, scope: granted.scope ?? null, expiresIn: granted.expires_in ?? null, text: token };
  let last;
  for (const text of JSON.parse(RESOURCES)) {
    const url = new URL(text);
    let made;
    await withNonce(async () => {
      last = { url, proof: await prove(url, 'GET', token) };
      made = await call(url, token, last.proof);
      return made.answer;
    });
    result.calls.push(made.outcome);
  }
  if (last) {
    result.calls.push((await call(last.url, token, last.proof)).outcome);
  }
}
console.log(JSON.stringify(result));
