using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Handles;

/// <summary>The plain content of a sealed handle: the original request and where the upstream continues it. PHI, never logged.</summary>
/// <param name="Kind">What it continues.</param>
/// <param name="Binding">For whom it was issued, and under which approval.</param>
/// <param name="Expires">Good until then, UTC; whole seconds.</param>
/// <param name="Original">The request that is decided anew at each use.</param>
/// <param name="Upstream">Where the upstream continues it: path and query below the upstream's base.</param>
internal sealed record HandleContent(
    HandleKind Kind,
    HandleBinding Binding,
    DateTimeOffset Expires,
    OriginalRequest Original,
    string Upstream
)
{
    /// <summary>For a page that is put together from pages of the upstream: how many matches of the first of them come before it.</summary>
    public int From { get; init; }

    /// <summary>Matches per page; 0: as many as the upstream gives.</summary>
    public int Size { get; init; }

    /// <summary>Where the page before begins; null: not known.</summary>
    public PagePlace? Before { get; init; }
}

/// <summary>
/// What a handle continues: a page, an export job, an export file, or a cursor of a declared API. It opens only as the kind it was issued
/// for.
/// </summary>
internal enum HandleKind : byte
{
    None = 0,
    Page,
    Job,
    File,

    /// <summary>A cursor of a declared API; <see cref="HandleContent.Upstream"/> is its text.</summary>
    Cursor,
}
