using System.Text.Json.Serialization;

namespace PhiGateway.Admin.Documents;

/// <summary>One page of a list; for the OpenAPI document.</summary>
/// <param name="Items">Documents with their <c>meta</c>; fewer members when <c>fields</c> named some.</param>
/// <param name="NextCursor">Place of the next page; absent at the end.</param>
public sealed record DocumentPage<T>(
    [property: JsonPropertyName("items")] IReadOnlyList<T> Items,
    [property: JsonPropertyName("next_cursor")] string? NextCursor
);
