// What the samples share: starts the parts of one on loopback, fills the registry as two people would, asks, and compares.
//   node samples/<name>/run.mjs [--keep] [--no-build]
// --keep leaves it running until Ctrl-C; --no-build takes the gateway as it was built. SAMPLE_PORTS names four free ports instead of
// 18080,18081,18082,18083 (data plane, control plane, backend, issuer), CONFIGURATION the build instead of Debug. Everything it writes goes to a temporary folder that is deleted at the end.
import { spawn, spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const peers = path.join(root, 'tests', 'peers');
const written = 18080;
const ports = (process.env.SAMPLE_PORTS ?? '18080,18081,18082,18083').split(',').map(Number);
const bootstrapKey = `phigw-sample-${randomBytes(24).toString('hex')}`;
const day = (ahead) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);

export const scope = 'system/*.cruds';

export class Sample {
  #folder;
  #children = [];
  #keys = {};
  #signing;
  #wrong = 0;
  #asked = 0;
  #work = mkdtempSync(path.join(tmpdir(), 'phigw-sample-'));

  /** @param {string} folder The sample's own folder, with appsettings.json and registry.yaml. */
  constructor(folder) {
    this.#folder = folder;
    this.data = `http://127.0.0.1:${ports[0]}`;
    this.admin = `http://127.0.0.1:${ports[1]}`;
    this.backendPort = ports[2];
    this.issuer = `http://127.0.0.1:${ports[3]}`;
  }

  /** Runs the sample and ends the process: 0 when every answer was the one expected. */
  static async run(url, body) {
    const sample = new Sample(path.dirname(fileURLToPath(url)));
    let code = 1;
    process.on('SIGINT', () => sample.#end(130)).on('SIGTERM', () => sample.#end(143));
    try {
      await body(sample);
      console.log(sample.#wrong === 0 ? `\n${sample.#asked} calls, all answered as expected.` : `\n${sample.#wrong} of ${sample.#asked} calls were not answered as expected.`);
      code = sample.#wrong === 0 && sample.#asked > 0 ? 0 : 1;
      if (code === 0 && process.argv.includes('--keep')) {
        console.log(`Data plane ${sample.data}, control plane ${sample.admin}; Ctrl-C ends it.`);
        await new Promise(() => setInterval(() => {}, 60_000));
      }
    } catch (error) {
      console.error(error.stack);
    }
    await sample.#end(code);
  }

  /** A file of the sample with its ports, folder and dates as they are in this run. */
  text(name) {
    return readFileSync(path.join(this.#folder, name), 'utf8')
      .replaceAll(/127\.0\.0\.1:(1808[0-3])/g, (_, port) => `127.0.0.1:${ports[Number(port) - written]}`)
      .replaceAll('./run/', `${this.#work}/`)
      .replaceAll('${TODAY}', day(0))
      .replaceAll('${AHEAD}', day(300));
  }

  /** Writes a file into the folder of this run, which the configuration calls ./run/. */
  write(name, text) {
    const file = path.join(this.#work, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  }

  /** A server of tests/peers; resolves when it listens. */
  async peer(script, ...args) {
    this.#install();
    const child = spawn('node', [path.join(peers, script), ...args], { cwd: peers, stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, PEER_ENDS_WITH_STDIN: '1' } });
    this.#children.push(child);
    for await (const line of createInterface({ input: child.stdout })) {
      return JSON.parse(line).ready;
    }
    throw new Error(`${script} did not start`);
  }

  /** A key pair whose public half is the issuer's key set, ./run/issuer.jwks: an issuer without a server. */
  writeKeys() {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#signing = privateKey;
    this.write('issuer.jwks', JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'sample-1', alg: 'ES256', use: 'sig' }] }));
  }

  /** An access token (RFC 9068) for a client, signed with that key. */
  token(client, audience) {
    const now = Math.floor(Date.now() / 1000);
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss: this.issuer, aud: audience, sub: client, client_id: client, jti: randomUUID(), iat: now, exp: now + 300, scope, extensions: { 'hl7-b2b': { purpose_of_use: ['TREAT'] } } };
    const text = `${part({ alg: 'ES256', kid: 'sample-1', typ: 'at+jwt' })}.${part(claims)}`;
    return `${text}.${sign('sha256', Buffer.from(text), { key: this.#signing, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  }

  /** Builds and starts the gateway with the sample's appsettings.json, and makes the keys of two administrators. */
  async gateway() {
    const configuration = process.env.CONFIGURATION ?? 'Debug';
    const project = path.join(root, 'src', 'PhiGateway.Gateway');
    if (!process.argv.includes('--no-build')) {
      const built = spawnSync('dotnet', ['build', project, '--configuration', configuration, '--nologo', '-v', 'quiet'], { stdio: ['ignore', 'inherit', 'inherit'] });
      if (built.status !== 0) throw new Error('The gateway was not built.');
    }
    this.write('bootstrap.key', bootstrapKey);
    const file = this.write('appsettings.json', this.text('appsettings.json'));
    const child = spawn('dotnet', [path.join(project, 'bin', configuration, 'net10.0', 'PhiGateway.Gateway.dll'), '--config', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#children.push(child);
    let said = '';
    child.stdout.on('data', (text) => { said += text; });
    child.stderr.on('data', (text) => { said += text; });
    for (;;) {
      if (child.exitCode !== null) throw new Error(`The gateway ended with ${child.exitCode}:\n${said}`);
      const ready = await fetch(`${this.admin}/readyz`).then((answer) => answer.ok, () => false);
      if (ready) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    this.#keys.root = bootstrapKey;
    for (const [id, person, roles] of [['mary', 'mary.smith@hospital.example', ['operator', 'auditor']], ['wei', 'li.wei@hospital.example', ['approver']]]) {
      this.#keys[id] = (await this.manage('root', 'POST', 'admin-keys', { id, person, roles })).json.key;
    }
  }

  /** One call of an administrator to the control plane; throws when it is refused. */
  async manage(person, method, target, body, headers = {}) {
    const isText = typeof body === 'string';
    const answer = await fetch(`${this.admin}/admin/v1/${target}`, {
      method,
      headers: { authorization: `Bearer ${this.#keys[person]}`, ...(body === undefined ? {} : { 'content-type': isText ? 'application/yaml' : 'application/json' }), ...headers },
      body: body === undefined ? undefined : isText ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${target}: ${answer.status} ${text}`);
    return { json: text ? JSON.parse(text) : undefined, tag: answer.headers.get('etag') };
  }

  /** Mary applies registry.yaml and fills the rosters; Li Wei approves each use case, and each client as it then stands. */
  async fill(rosters = {}) {
    const file = this.text('registry.yaml');
    const plan = await this.manage('mary', 'POST', 'config:plan', file);
    await this.manage('mary', 'POST', 'config:apply', file, { 'if-match': plan.tag });
    for (const [roster, patients] of Object.entries(rosters)) {
      for (const patient of patients) await this.manage('mary', 'PUT', `rosters/${roster}/members/${patient}`, {});
    }
    for (const { id } of (await this.manage('mary', 'GET', 'use-cases')).json.items) {
      const { tag } = await this.manage('wei', 'GET', `use-cases/${id}`);
      await this.manage('wei', 'POST', `use-cases/${id}:approve`, {}, { 'if-match': tag });
    }
    for (const { id } of (await this.manage('mary', 'GET', 'clients')).json.items) {
      await this.manage('mary', 'POST', `clients/${id}:attest`, {});
      await this.manage('mary', 'POST', `clients/${id}:submit`, {});
      const { fingerprint } = (await this.manage('wei', 'GET', `clients/${id}/posture`)).json;
      await this.manage('wei', 'POST', `clients/${id}:approve`, { fingerprint });
    }
    // Written is not yet enforced: the node follows in well under a second.
    while (!(await this.manage('mary', 'GET', 'config/status')).json.in_force) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  /** One call of a client. What came is printed, and compared with the status and, for a refusal, its code; `holds` looks into the body. */
  async ask(why, token, method, target, expected, { body, holds } = {}) {
    const answer = await fetch(this.data + target, {
      method,
      headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(body ? { 'content-type': 'application/fhir+json' } : {}) },
      body: body ? JSON.stringify(body) : undefined,
    });
    const text = await answer.text();
    const json = text ? JSON.parse(text) : {};
    const code = json.code && typeof json.code === 'string' ? json.code : json.issue?.[0]?.details?.coding?.[0]?.code;
    const got = answer.ok ? `${answer.status}` : `${answer.status} ${code}`;
    const good = got === expected && (holds === undefined || holds(json));
    this.#asked++;
    if (!good) this.#wrong++;
    console.log(`${good ? 'ok   ' : 'WRONG'} ${method} ${target}\n      ${got}${good ? '' : `, expected ${expected}: ${text.slice(0, 600)}`}   ${why}`);
    return { json, decision: answer.headers.get('x-request-id') };
  }

  /** What the trail holds of a decision; asked for until it was shipped. */
  async trail(decision) {
    for (;;) {
      const { items } = (await this.manage('mary', 'GET', `audit?id=${decision}`)).json;
      if (items.length > 0) return items.map((item) => item.record);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  // The peers' packages, once per lock file, as tests/run.sh does it.
  #install() {
    const stamp = path.join(peers, 'node_modules', '.lock-hash');
    const wanted = createHash('sha256').update(readFileSync(path.join(peers, 'package-lock.json'))).digest('hex');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8').trim() === wanted) return;
    if (spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: peers, stdio: 'inherit' }).status !== 0) throw new Error('npm ci failed in tests/peers.');
    writeFileSync(stamp, wanted);
  }

  async #end(code) {
    for (const child of this.#children) {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        await ended;
      }
    }
    rmSync(this.#work, { recursive: true, force: true });
    process.exit(code);
  }
}
