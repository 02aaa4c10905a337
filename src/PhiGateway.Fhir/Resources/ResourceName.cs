using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Resources;

/// <summary>What a literal reference names on one server, whatever version of it.</summary>
internal readonly record struct ResourceName(ResourceType Type, string Id);
