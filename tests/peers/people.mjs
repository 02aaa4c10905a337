// The hospital's identity provider for people, in tests: oidc-provider (OpenID certified), authorization code with PKCE and pushed requests.
//   node people.mjs config.json
// config: { "clientId": "console", "clientSecret": "…", "redirectUri": "http://127.0.0.1:8081/console/sign-in/callback",
//   "logoutUri": "http://127.0.0.1:8081/console/sign-in/ended", "person": "ana@hospital.example", "name": "Ana", "roles": ["auditor"], "signedInAgo": 3600 }
// Whoever comes is that person, without being asked; GET /end ends the last session, and tells the client by the back channel. Prints {"ready": issuer, "pid": …} when it listens.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { Provider } from 'oidc-provider';
import { endWithParent } from './lifeline.mjs';

endWithParent();

const config = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const key = { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), kid: 'people-1', alg: 'ES256', use: 'sig' };

// The issuer's name holds the port, so the socket comes first.
let handle = (_request, response) => response.writeHead(503).end();
const listener = http.createServer((request, response) => handle(request, response));
listener.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${listener.address().port}`;
  const provider = new Provider(issuer, {
    jwks: { keys: [key] },
    clients: [{
      client_id: config.clientId,
      client_secret: config.clientSecret,
      redirect_uris: [config.redirectUri],
      response_types: ['code'],
      grant_types: ['authorization_code'],
      token_endpoint_auth_method: 'client_secret_post',
      id_token_signed_response_alg: 'ES256',
      backchannel_logout_uri: config.logoutUri,
      backchannel_logout_session_required: true,
    }],
    clientAuthMethods: ['client_secret_post'],
    scopes: ['openid', 'profile'],
    claims: { openid: ['sub'], profile: ['name', 'roles'] },
    conformIdTokenClaims: false,
    cookies: { keys: [randomBytes(16).toString('hex')] },
    pkce: { required: () => true },
    findAccount: (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id, name: config.name, roles: config.roles }) }),
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
    // The console is on loopback, where the provider would otherwise call nobody.
    fetch: (address, options) => fetch(address, { ...options, dispatcher: undefined }),
  });
  provider.on('server_error', (_ctx, error) => console.error('server_error', error));
  const callback = provider.callback();
  const answer = async (request, response) => {
    const { prompt, params, session } = await provider.interactionDetails(request, response);
    if (prompt.name === 'login') {
      // Asked anew, the person signs in now; else there was a sign-in some time ago, as there mostly is.
      const ago = prompt.reasons.includes('no_session') ? config.signedInAgo ?? 0 : 0;
      const login = { accountId: config.person, ts: Math.floor(Date.now() / 1000) - ago };
      await provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
      return;
    }
    const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope('openid profile');
    await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
  };
  // The administrator of the provider ends the last session that there was.
  let last;
  provider.on('authorization.success', (ctx) => { last = ctx.oidc.session; });
  const end = async (response) => {
    try {
      const client = await provider.Client.find(config.clientId);
      await client.backchannelLogout(last.accountId, last.sidFor(config.clientId));
      response.writeHead(204).end();
    } catch (error) {
      response.writeHead(502).end(String(error.stack));
    }
  };
  handle = (request, response) => {
    if (request.url === '/end') {
      end(response);
      return;
    }
    (request.url.startsWith('/interaction/') ? answer : callback)(request, response);
  };
  console.log(JSON.stringify({ ready: issuer, pid: process.pid }));
});
