using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace PhiGateway.Admin.Documents;

/// <summary>One page of a list.</summary>
/// <param name="Items">Documents with their <c>meta</c>.</param>
/// <param name="NextCursor">Place of the next page; absent at the end.</param>
public sealed record DocumentPage(
    [property: JsonPropertyName("items")] IReadOnlyList<JsonObject> Items,
    [property: JsonPropertyName("next_cursor")] string? NextCursor);
