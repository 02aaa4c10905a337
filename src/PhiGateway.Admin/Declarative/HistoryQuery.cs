namespace PhiGateway.Admin.Declarative;

/// <summary>Which changes of the registry are asked for.</summary>
/// <param name="Document">Only of this document, as <c>client/acme</c>; null: of any.</param>
/// <param name="From">From this moment on; null: from the first.</param>
/// <param name="To">Before this moment; null: up to now.</param>
/// <param name="Cursor">Place of the page; null: the first.</param>
internal sealed record HistoryQuery(string? Document = null, DateTimeOffset? From = null, DateTimeOffset? To = null, string? Cursor = null);
