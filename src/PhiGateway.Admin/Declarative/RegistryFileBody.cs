using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace PhiGateway.Admin.Declarative;

/// <summary>
/// The shape of a registry file: sections of documents, each as the entity of that name, or in the shorthand of the documentation.
/// </summary>
/// <param name="Organizations">Organizations.</param>
/// <param name="Agreements">Agreements.</param>
/// <param name="Rosters">Rosters, without their members.</param>
/// <param name="UseCases">Use cases.</param>
/// <param name="Clients">Clients, with their credentials nested.</param>
/// <param name="Credentials">Credentials that stand by themselves.</param>
public sealed record RegistryFileBody(
    [property: JsonPropertyName("organizations")] IReadOnlyList<JsonObject>? Organizations = null,
    [property: JsonPropertyName("agreements")] IReadOnlyList<JsonObject>? Agreements = null,
    [property: JsonPropertyName("rosters")] IReadOnlyList<JsonObject>? Rosters = null,
    [property: JsonPropertyName("useCases")] IReadOnlyList<JsonObject>? UseCases = null,
    [property: JsonPropertyName("clients")] IReadOnlyList<JsonObject>? Clients = null,
    [property: JsonPropertyName("credentials")] IReadOnlyList<JsonObject>? Credentials = null
);
