// The hospital's identity provider in tests: oidc-provider (OpenID certified) issuing RFC 9068 access tokens by client credentials,
// and by authorization code with PKCE to apps that an EHR launches (SMART App Launch).
//   node idp.mjs config.json
// config: { "port": 0, "audience": "https://gw/fhir", "algorithm": "ES256", "lifetime": 300, "clients": [
//   { "clientId": "lab", "clientSecret": "…" | "jwks": {"keys": […]}, "assertionAlgorithm": "ES384", "scope": "system/Observation.rs",
//     "claims": { "tenant": "north", "patient": "example", "purpose_of_use": ["TREAT"] }, "dpop": false, "mtls": false } ] }
// A client with "redirectUri" is such an app; "launches": { "xyz": { "person": "ana", "patient": "f001" } } says who sits where the EHR launched it.
// Rich authorization requests (RFC 9396) of type phi-gateway-task are granted as asked. "format": "opaque" makes its tokens opaque; a client with "introspects": "plain" | "signed" (RFC 9701) is one that asks about them.
// Prints {"ready": issuer, "pid": …} when it listens. purpose_of_use goes to extensions.hl7-b2b, as does that extension of a client assertion (UDAP B2B).
import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { errors, Provider } from 'oidc-provider';
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

const flow = (client) => (client.redirectUri
  ? { grant_types: ['authorization_code'], response_types: ['code'], redirect_uris: [client.redirectUri] }
  : { grant_types: ['client_credentials'], response_types: [], redirect_uris: [] });

const registration = (client) => ({
  client_id: client.clientId,
  ...flow(client),
  scope: client.scope,
  authorization_details_types: ['phi-gateway-task'],
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

// The patient for whom a person's grant was given.
const launched = new Map();

function extraClaims(ctx, token) {
  const { purpose_of_use: purposes, ...claims } = known.get(token.clientId)?.claims ?? {};
  const b2b = asserted(ctx) ?? (purposes ? { version: '1', organization_id: 'https://hospital.example', purpose_of_use: purposes } : undefined);
  const patient = launched.get(token.grantId);
  return { ...claims, ...(patient ? { patient } : {}), ...(b2b ? { extensions: { 'hl7-b2b': b2b } } : {}) };
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
    extraParams: ['aud', 'launch'],
    pkce: { required: () => true },
    findAccount: (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    extraTokenClaims: extraClaims,
    ttl: { ClientCredentials: config.lifetime },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: { enabled: config.format === 'opaque' },
      jwtIntrospection: { enabled: config.format === 'opaque' },
      revocation: { enabled: config.format === 'opaque' },
      richAuthorizationRequests: {
        enabled: true,
        types: {
          'phi-gateway-task': {
            validate(_ctx, detail) {
              if (typeof detail.identifier !== 'string') throw new errors.InvalidAuthorizationDetails('a task is named by its identifier');
            },
          },
        },
        authorizationDetailsForAccessToken: (ctx) => JSON.parse(ctx.oidc.params.authorization_details),
      },
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
  // SMART App Launch: the launch context stands beside the token.
  provider.use(async (ctx, next) => {
    await next();
    const patient = launched.get(ctx.oidc?.entities?.AccessToken?.grantId);
    if (patient && ctx.body?.access_token) {
      ctx.body = { ...ctx.body, patient };
    }
  });
  const callback = provider.callback();
  // Who sits where the app was launched signs in and consents without being asked; nobody does where no EHR launched it, or for another server.
  const answer = async (request, response) => {
    const { prompt, params, session } = await provider.interactionDetails(request, response);
    const launch = config.launches?.[params.launch];
    if (!launch || params.aud !== config.audience) {
      await provider.interactionFinished(request, response, { error: 'access_denied', error_description: 'no such launch' }, { mergeWithLastSubmission: false });
      return;
    }
    if (prompt.name === 'login') {
      await provider.interactionFinished(request, response, { login: { accountId: launch.person } }, { mergeWithLastSubmission: false });
      return;
    }
    const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    grant.addResourceScope(config.audience, params.scope);
    const grantId = await grant.save();
    launched.set(grantId, launch.patient);
    await provider.interactionFinished(request, response, { consent: { grantId } }, { mergeWithLastSubmission: true });
  };
  handle = (request, response) => {
    if (!request.url.startsWith('/interaction/')) {
      callback(request, response);
      return;
    }
    answer(request, response).catch((error) => {
      console.error('interaction', error);
      response.writeHead(500).end();
    });
  };
  console.log(JSON.stringify({ ready: issuer, pid: process.pid }));
});
