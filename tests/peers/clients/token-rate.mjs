// How many tokens a second two token services issue, in turn, in one run.
//   CLIENT_JWK='{…private…}' CLIENT_ID=… SCOPE=… node clients/token-rate.mjs http://127.0.0.1:8082 http://127.0.0.1:9280 …
// Requests are written beforehand, assertions signed; 16 are under way at once, each on a connection of its own that is kept. They go over bare
// sockets, so that it is the services that are measured and not this client. Of ROUNDS rounds of each the first WARM are for the services'
// compilers and count for nothing. Around each that counts a line is printed and another awaited on standard input, so that whoever runs this
// can read both services' clocks: "begin BASE", then "end BASE TOKENS SECONDS".
import { randomUUID } from 'node:crypto';
import net from 'node:net';
import readline from 'node:readline';
import { importJWK, SignJWT } from 'jose';

const { CLIENT_JWK, CLIENT_ID, SCOPE, COUNT = '6000', ROUNDS = '9', WARM = '6', AT_ONCE = '16' } = process.env;
const jwk = JSON.parse(CLIENT_JWK);
const key = await importJWK(jwk, jwk.alg);
const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();

const tell = async (line) => {
  console.log(line);
  await lines.next();
};

const sign = (endpoint) => new SignJWT({}).setProtectedHeader({ alg: jwk.alg, kid: jwk.kid, typ: 'JWT' }).setIssuer(CLIENT_ID).setSubject(CLIENT_ID).setAudience(endpoint).setExpirationTime('4m').setJti(randomUUID()).sign(key);

const write = async (base) => {
  const form = { grant_type: 'client_credentials', scope: SCOPE, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: await sign(`${base}/token`) };
  const body = new URLSearchParams(form).toString();
  return Buffer.from(`POST /token HTTP/1.1\r\nHost: ${new URL(base).host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`, 'latin1');
};

// Sends requests one after the other over one connection until there are none left; how many were answered with a token.
const pass = (base, requests) => new Promise((resolve, reject) => {
  const { hostname, port } = new URL(base);
  const socket = net.connect({ host: hostname, port: Number(port), noDelay: true });
  let good = 0;
  let answer = '';
  const next = () => {
    const request = requests.pop();
    if (request) socket.write(request);
    else socket.end(() => resolve(good));
  };
  socket.setEncoding('latin1');
  socket.on('connect', next).on('error', reject).on('data', (chunk) => {
    answer = answer ? answer + chunk : chunk;
    const end = answer.indexOf('\r\n\r\n');
    const length = end < 0 ? null : /\r\ncontent-length: *(\d+)/i.exec(answer);
    if (end >= 0 && !length) reject(new Error(`${base} answered without a length: ${answer.slice(0, end)}`));
    else if (length && answer.length >= end + 4 + Number(length[1])) {
      if (!answer.startsWith('HTTP/1.1 200 ') || !answer.includes('"access_token":"')) reject(new Error(`${base} answered ${answer}`));
      good += 1;
      answer = '';
      next();
    }
  });
});

for (let round = 0; round < Number(ROUNDS); round += 1) {
  for (const base of process.argv.slice(2)) {
    const requests = await Promise.all(Array.from({ length: Number(COUNT) }, () => write(base)));
    const counts = round >= Number(WARM);
    if (counts) await tell(`begin ${base}`);
    const started = process.hrtime.bigint();
    const good = await Promise.all(Array.from({ length: Number(AT_ONCE) }, () => pass(base, requests)));
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    if (counts) await tell(`end ${base} ${good.reduce((sum, one) => sum + one, 0)} ${seconds}`);
  }
}
process.exit(0);
