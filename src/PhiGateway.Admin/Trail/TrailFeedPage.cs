using System.Text.Json.Serialization;

namespace PhiGateway.Admin.Trail;

/// <summary>Some records of the feed; the answer is written from the stored bytes, this is its shape.</summary>
/// <param name="Items">Oldest first; none when the reader has caught up.</param>
/// <param name="NextCursor">Where the reader goes on, now or years later.</param>
public sealed record TrailFeedPage(
    [property: JsonPropertyName("items")] IReadOnlyList<TrailEntry> Items,
    [property: JsonPropertyName("next_cursor")] string NextCursor
);
