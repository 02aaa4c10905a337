// Rebuilds search_parameters.json, compartments.json, operations.json and summary_elements.json from HL7's own definitions.
// Usage: node build.mjs <folder of the npm package hl7.fhir.r4.examples@4.0.1> [output folder]
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = process.argv[2];
const target = process.argv[3] ?? join(dirname(fileURLToPath(import.meta.url)), '..');
if (!source) {
  console.error('usage: node build.mjs <package folder> [output folder]');
  process.exit(2);
}

const files = readdirSync(source).sort();
const load = (kind) =>
  files
    .filter((file) => file.startsWith(`${kind}-`))
    .map((file) => JSON.parse(readFileSync(join(source, file), 'utf8')))
    .filter((resource) => resource.resourceType === kind);

// --- Structure: every element by path, to resolve choice types and to know the concrete resource types ---
const structures = new Map();
for (const definition of load('StructureDefinition')) {
  if (definition.derivation !== 'constraint' && definition.kind !== 'logical' && definition.snapshot) {
    structures.set(definition.type, { definition, elements: new Map(definition.snapshot.element.map((e) => [e.path, e])) });
  }
}

const concrete = [...structures.values()]
  .filter(({ definition }) => definition.kind === 'resource' && !definition.abstract)
  .map(({ definition }) => definition.type)
  .sort((a, b) => (a < b ? -1 : 1));
const isDomain = (type) => structures.get(type).definition.baseDefinition.endsWith('/DomainResource');
const capital = (text) => text[0].toUpperCase() + text.slice(1);

// Walks one dotted path; `only` names the choice type. Returns JSON paths, or null when an element does not exist.
function resolve(structureName, at, names, only) {
  if (names.length === 0) {
    return [[]];
  }

  const structure = structures.get(structureName);
  const [name, ...rest] = names;
  const plain = structure?.elements.get(`${at}.${name}`);
  if (plain) {
    const tails = descend(structureName, `${at}.${name}`, plain, rest, only);
    return tails?.map((tail) => [name, ...tail]) ?? null;
  }

  const choice = structure?.elements.get(`${at}.${name}[x]`);
  if (!choice) {
    return null;
  }

  const types = choice.type.map((t) => t.code).filter((code) => only === null || rest.length > 0 || code === only);
  const all = types.flatMap((code) => {
    const tails = rest.length === 0 ? [[]] : resolve(code, code, rest, null);
    return (tails ?? []).map((tail) => [name + capital(code), ...tail]);
  });
  return all.length === 0 ? null : all;
}

function descend(structureName, path, element, rest, only) {
  if (rest.length === 0) {
    return [[]];
  }

  if (element.contentReference) {
    return resolve(structureName, element.contentReference.slice(1), rest, only);
  }

  const code = element.type[0].code;
  return code === 'BackboneElement' || code === 'Element' ? resolve(structureName, path, rest, only) : resolve(code, code, rest, only);
}

// Whether a JSON path leads to one value at most, whatever the resource.
function isSingle(structureName, at, [name, ...rest]) {
  const elements = structures.get(structureName).elements;
  const path = elements.has(`${at}.${name}`) ? `${at}.${name}` : [...elements.keys()].find((key) => key.endsWith('[x]') && `${at}.${name}`.startsWith(key.slice(0, -3)));
  const element = path && elements.get(path);
  if (!element || element.max !== '1' || element.contentReference) {
    return false;
  }

  const code = element.type[0].code;
  return rest.length === 0 || (code === 'BackboneElement' || code === 'Element' ? isSingle(structureName, path, rest) : isSingle(code, code, rest));
}

// Whether what stands at a path is one code, not a concept that may bear several codings.
function isCode(structureName, at, [name, ...rest]) {
  const element = structures.get(structureName).elements.get(`${at}.${name}`);
  if (!element || element.type?.length !== 1) {
    return false;
  }

  const code = element.type[0].code;
  if (rest.length === 0) {
    return ['code', 'boolean', 'Coding'].includes(code);
  }

  return code === 'BackboneElement' || code === 'Element' ? isCode(structureName, `${at}.${name}`, rest) : isCode(code, code, rest);
}

// One alternative of a FHIRPath union, in the few shapes that R4's definitions use; null when it is not a simple path.
function readAlternative(type, alternative) {
  let text = alternative.trim();
  let only = null;
  let referenceTo = null;
  let match;
  if ((match = /^\(([A-Za-z.]+) as ([A-Za-z]+)\)(\.[a-z.]+)?$/.exec(text))) {
    if (match[3]) {
      const head = resolve(type, type, match[1].split('.').slice(1), match[2]);
      return match[1].startsWith(`${type}.`) && head ? { paths: head.map((p) => p.join('.') + match[3]), referenceTo } : null;
    }

    [, text, only] = match;
  } else if ((match = /^([A-Za-z.]+)\.as\(([A-Za-z]+)\)$/.exec(text))) {
    [, text, only] = match;
  } else if ((match = /^([A-Za-z.]+)\.where\(resolve\(\) is ([A-Za-z]+)\)$/.exec(text))) {
    [, text, referenceTo] = match;
  }

  if (!/^[A-Za-z]+(\.[A-Za-z]+)*$/.test(text)) {
    return null;
  }

  const names = text.split('.');
  if ([type, 'Resource', 'DomainResource'].includes(names[0])) {
    names.shift();
  } else if (names.length > 1) {
    return null;
  }

  const paths = names.length === 0 ? null : resolve(type, type, names, only);
  return paths && { paths: paths.map((p) => p.join('.')), referenceTo };
}

// --- Search parameters ---
const searchParameters = load('SearchParameter').filter((p) => p.base && p.url.startsWith('http://hl7.org/fhir/SearchParameter/') && !/example\.org/.test(p.expression ?? '') && !/SearchParameter\/example(-|$)/.test(p.url));
// A reference to anything at all is written ["Resource"]: the definitions list nearly every type there.
const collapse = (targets) => (targets.length > 100 ? ['Resource'] : targets);
const codeOf = new Map(searchParameters.map((p) => [p.url, p.code]));
const grammar = {};
for (const type of concrete) {
  const bases = new Set(isDomain(type) ? [type, 'DomainResource', 'Resource'] : [type, 'Resource']);
  const own = {};
  for (const parameter of searchParameters.filter((p) => p.base.some((b) => bases.has(b)))) {
    const alternatives = (parameter.expression ?? '').split(' | ').filter((a) => {
      const root = /^\(?([A-Z][A-Za-z]+)[. ]/.exec(a.trim())?.[1];
      return a.trim() !== '' && (root === undefined || bases.has(root));
    });
    const read = parameter.type === 'composite' ? [] : alternatives.map((a) => readAlternative(type, a));
    const simple = read.length > 0 && read.every((r) => r !== null);
    const narrowed = simple && read.every((r) => r.referenceTo !== null) ? [...new Set(read.map((r) => r.referenceTo))] : null;
    const entry = {
      type: parameter.type,
      paths: simple ? [...new Set(read.flatMap((r) => r.paths))] : [],
      targets: narrowed ?? collapse((parameter.target ?? []).slice().sort()),
    };
    if (alternatives.length > 0 && (!simple || narrowed)) {
      entry.expression = alternatives.join(' | ').trim();
    }

    if (!simple && parameter.type !== 'composite') {
      entry.elements = [...new Set(alternatives.map((a) => new RegExp(`${type}\\.([a-zA-Z]+)`).exec(a)?.[1]).filter((name) => name))];
    }

    const path = entry.paths.length === 1 ? entry.paths[0].split('.') : [];
    const isOne = parameter.type === 'reference' || (parameter.type === 'token' && path.length > 0 && isCode(type, type, path));
    if (isOne && path.length > 0 && isSingle(type, type, path)) {
      entry.single = true;
    }

    if (parameter.type === 'composite') {
      entry.components = (parameter.component ?? []).map((c) => codeOf.get(c.definition) ?? '');
    }

    own[parameter.code] = entry;
  }

  grammar[type] = Object.fromEntries(Object.entries(own).sort(([a], [b]) => (a < b ? -1 : 1)));
}

// --- Compartments: type -> parameters by which it belongs ---
const compartments = {};
for (const definition of load('CompartmentDefinition').filter((c) => c.url.startsWith('http://hl7.org/fhir/CompartmentDefinition/') && c.id !== 'example')) {
  compartments[definition.code] = Object.fromEntries(definition.resource.filter((r) => r.param).map((r) => [r.code, r.param.filter((p) => p !== '{def}')]));
}

// --- Operations: name -> where it may be called ---
const operations = {};
for (const definition of load('OperationDefinition').filter((o) => o.id !== 'example')) {
  const name = `$${definition.code}`;
  const types = definition.resource ?? ['Resource'];
  const levels = { system: definition.system, type: definition.type, instance: definition.instance };
  const inputs = (definition.parameter ?? []).filter((p) => p.use === 'in').map((p) => [p.name, p.searchType ?? p.type ?? 'parts']);
  (operations[name] ??= []).push({ types, ...levels, in: Object.fromEntries(inputs) });
}

// --- Summaries: type -> top-level elements of a summary, those that every instance has, and those that are lists ---
const summaries = {};
for (const type of concrete) {
  const top = [...structures.get(type).elements.values()].filter((e) => e.path.split('.').length === 2);
  const names = (those) => those.map((e) => e.path.slice(type.length + 1).replace('[x]', '')).filter((name) => name !== 'id' && name !== 'meta');
  summaries[type] = { summary: names(top.filter((e) => e.isSummary)), mandatory: names(top.filter((e) => e.min > 0)), lists: names(top.filter((e) => e.max === '*')) };
}

const lines = (value) =>
  `{\n${Object.entries(value)
    .map(([key, inner]) => {
      const body = Object.entries(inner).map(([name, entry]) => `    ${JSON.stringify(name)}: ${JSON.stringify(entry)}`);
      return `  ${JSON.stringify(key)}: {${body.length ? `\n${body.join(',\n')}\n  ` : ''}}`;
    })
    .join(',\n')}\n}\n`;
writeFileSync(join(target, 'search_parameters.json'), lines(grammar));
writeFileSync(join(target, 'compartments.json'), lines(compartments));
writeFileSync(join(target, 'summary_elements.json'), lines(summaries));
writeFileSync(
  join(target, 'operations.json'),
  `{\n${Object.entries(operations)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, rows]) => `  ${JSON.stringify(name)}: ${JSON.stringify(rows)}`)
    .join(',\n')}\n}\n`,
);
console.log(`${concrete.length} types, ${Object.values(grammar).reduce((n, t) => n + Object.keys(t).length, 0)} parameters`);
