// How many tokens a second two token services issue, in turn, in one run.
//   CLIENT_JWK='{…private…}' CLIENT_ID=… SCOPE=… node clients/token-rate.mjs http://127.0.0.1:8082 http://127.0.0.1:9280 …
// Assertions are signed beforehand; 16 requests are under way at once. Of ROUNDS rounds of each the first WARM are for the services'
// compilers and count for nothing. Around each that counts a line is printed and another awaited on standard input, so that whoever runs this
// can read both services' clocks: "begin BASE", then "end BASE TOKENS SECONDS".
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import readline from 'node:readline';
import { importJWK, SignJWT } from 'jose';

const { CLIENT_JWK, CLIENT_ID, SCOPE, COUNT = '3000', ROUNDS = '5', WARM = '2' } = process.env;
const jwk = JSON.parse(CLIENT_JWK);
const key = await importJWK(jwk, jwk.alg);
const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();

const tell = async (line) => {
  console.log(line);
  await lines.next();
};

const sign = (endpoint) => new SignJWT({}).setProtectedHeader({ alg: jwk.alg, kid: jwk.kid, typ: 'JWT' }).setIssuer(CLIENT_ID).setSubject(CLIENT_ID).setAudience(endpoint).setExpirationTime('4m').setJti(randomUUID()).sign(key);

const ask = (endpoint, assertion) => new Promise((resolve, reject) => {
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope: SCOPE, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: assertion }).toString();
  const request = http.request(endpoint, { agent, method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) } }, (response) => response.resume().on('end', () => resolve(response.statusCode)));
  request.on('error', reject).end(body);
});

for (let round = 0; round < Number(ROUNDS); round += 1) {
  for (const base of process.argv.slice(2)) {
    const endpoint = `${base}/token`;
    const assertions = await Promise.all(Array.from({ length: Number(COUNT) }, () => sign(endpoint)));
    const counts = round >= Number(WARM);
    if (counts) await tell(`begin ${base}`);
    const started = process.hrtime.bigint();
    let good = 0;
    let other = 0;
    await Promise.all(Array.from({ length: 16 }, async () => {
      for (let next = assertions.pop(); next; next = assertions.pop()) {
        const status = await ask(endpoint, next);
        if (status === 200) good += 1;
        else other = status;
      }
    }));
    if (other) throw new Error(`${base} answered ${other}`);
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    if (counts) await tell(`end ${base} ${good} ${seconds}`);
  }
}
process.exit(0);
