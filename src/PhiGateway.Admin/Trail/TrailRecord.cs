using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace PhiGateway.Admin.Trail;

/// <summary>One record of the trail with those that belong to it.</summary>
/// <param name="Record">The record with its place in the log.</param>
/// <param name="Children">Outcomes, deliveries, parts; oldest first.</param>
public sealed record TrailRecord([property: JsonPropertyName("record")] JsonObject Record, [property: JsonPropertyName("children")] IReadOnlyList<JsonObject> Children);
