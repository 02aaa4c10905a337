// A workload's token (JWT-SVID) signed by jose, as its trust domain would.
//   DOMAIN_JWK='{…private…}' SUBJECT=spiffe://… AUDIENCE=… LIFE=5m node clients/jwt-svid.mjs
// Prints the token.
import { importJWK, SignJWT } from 'jose';

const { DOMAIN_JWK, SUBJECT, AUDIENCE, LIFE = '5m' } = process.env;
const jwk = JSON.parse(DOMAIN_JWK);
const header = { alg: jwk.alg, kid: jwk.kid, typ: 'JWT' };
const token = new SignJWT({}).setProtectedHeader(header).setSubject(SUBJECT).setAudience(AUDIENCE).setIssuedAt().setExpirationTime(LIFE);
console.log(await token.sign(await importJWK(jwk, jwk.alg)));
