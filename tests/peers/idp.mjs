// The hospital's identity provider in tests: oidc-provider (OpenID certified) issuing RFC 9068 access tokens by client credentials.
//   node idp.mjs config.json
// config: { "port": 0, "audience": "https://gw/fhir", "algorithm": "ES256", "lifetime": 300, "clients": [
//   { "clientId": "lab", "clientSecret": "…" | "jwks": {"keys": […]}, "assertionAlgorithm": "ES384", "scope": "system/Observation.rs",
//     "claims": { "tenant": "north", "patient": "example", "purpose_of_use": ["TREAT"] }, "dpop": false, "mtls": false } ] }
// "format": "opaque" makes its tokens opaque; a client with "introspects": "plain" | "signed" (RFC 9701) is one that asks about them.
// Prints {"ready": issuer, "pid": …} when it listens. purpose_of_use goes to extensions.hl7-b2b, as does that extension of a client assertion (UDAP B2B).
import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { Provider } from 'oidc-provider';
import { endWithParent } from './lifeline.mjs';

endWithParent();

const config = { port: 0, algorithm: 'ES256', lifetime: 300, clients: [], ...JSON.parse(readFileSync(process.argv[2], 'utf8')) };
const algorithms = ['RS256', 'RS384', 'PS256', 'PS384', 'ES256', 'ES384'];
const known = new Map(config.clients.map((client) => [client.clientId, client]));
const scopes = [...new Set(config.clients.flatMap((client) => client.scope.split(' ')))];

const key = (kind, options, alg) => ({ ...generateKeyPairSync(kind, options).privateKey.export({ format: 'jwk' }), kid: `${alg.toLowerCase()}-${randomBytes(4).toString('hex')}`, alg, use: 'sig' });
const signing = {
  ES256: () => key('ec', { namedCurve: 'P-256' }, 'ES256'),
  ES384: () => key('ec', { namedCurve: 'P-384' }, 'ES384'),
  RS256: () => key('rsa', { modulusLength: 2048 }, 'RS256'),
  PS256: () => key('rsa', { modulusLength: 2048 }, 'PS256'),
};

const registration = (client) => ({
  client_id: client.clientId,
  grant_types: ['client_credentials'],
  response_types: [],
  redirect_uris: [],
  scope: client.scope,
  ...(client.jwks
    ? { token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: client.assertionAlgorithm ?? 'ES384', jwks: client.jwks }
    : { token_endpoint_auth_method: 'client_secret_basic', client_secret: client.clientSecret }),
  ...(client.introspects === 'signed' ? { introspection_signed_response_alg: config.algorithm } : {}),
  ...(client.dpop ? { dpop_bound_access_tokens: true } : {}),
  ...(client.mtls ? { tls_client_certificate_bound_access_tokens: true } : {}),
});

const asserted = (ctx) => {
  const assertion = ctx.oidc?.body?.client_assertion ?? ctx.oidc?.params?.client_assertion;
  return assertion ? JSON.parse(Buffer.from(assertion.split('.')[1], 'base64url').toString()).extensions?.['hl7-b2b'] : undefined;
};

function extraClaims(ctx, token) {
  const { purpose_of_use: purposes, ...claims } = known.get(token.clientId)?.claims ?? {};
  const b2b = asserted(ctx) ?? (purposes ? { version: '1', organization_id: 'https://hospital.example', purpose_of_use: purposes } : undefined);
  return { ...claims, ...(b2b ? { extensions: { 'hl7-b2b': b2b } } : {}) };
}

// The issuer's name holds the port, so the socket comes first.
let handle = (_request, response) => response.writeHead(503).end();
const listener = http.createServer((request, response) => handle(request, response));
listener.listen(config.port, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${listener.address().port}`;
  const provider = new Provider(issuer, {
    jwks: { keys: [signing[config.algorithm](), ...(config.algorithm === 'RS256' ? [] : [signing.RS256()])] },
    scopes,
    clients: config.clients.map(registration),
    enabledJWA: { clientAuthSigningAlgValues: algorithms },
    clientAuthMethods: ['client_secret_basic', 'private_key_jwt', 'none'],
    cookies: { keys: [randomBytes(16).toString('hex')] },
    extraTokenClaims: extraClaims,
    ttl: { ClientCredentials: config.lifetime },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: { enabled: config.format === 'opaque' },
      jwtIntrospection: { enabled: config.format === 'opaque' },
      revocation: { enabled: config.format === 'opaque' },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => false },
      // Stands for the TLS terminator: the certificate comes in a header.
      mTLS: { enabled: true, certificateBoundAccessTokens: true, getCertificate: (ctx) => (ctx.get('x-client-cert') ? new X509Certificate(decodeURIComponent(ctx.get('x-client-cert'))).toString() : undefined) },
      resourceIndicators: {
        enabled: true,
        defaultResource: async () => config.audience,
        useGrantedResource: async () => true,
        getResourceServerInfo: async (_ctx, resource) => ({ scope: scopes.join(' '), audience: resource, accessTokenTTL: config.lifetime, ...(config.format === 'opaque' ? { accessTokenFormat: 'opaque' } : { accessTokenFormat: 'jwt', jwt: { sign: { alg: config.algorithm } } }) }),
      },
    },
  });
  provider.on('server_error', (_ctx, error) => console.error('server_error', error));
  provider.on('grant.error', (_ctx, error) => console.error('grant.error', error.message, error.error_description ?? ''));
  handle = provider.callback();
  console.log(JSON.stringify({ ready: issuer, pid: process.pid }));
});
