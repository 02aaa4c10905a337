using System.Globalization;

namespace PhiGateway.Admin.AuditEvents;

/// <summary>Where a page of events begins: a page of the store's, and how many events of it are behind.</summary>
/// <param name="Cursor">The store's cursor; null: its first page.</param>
/// <param name="Skip">Events of that page that were shown.</param>
internal sealed record EventPlace(string? Cursor, int Skip)
{
    public static readonly EventPlace Start = new(null, 0);

    /// <summary>As it stands in a link.</summary>
    public override string ToString() => $"{Skip}~{Cursor}";

    /// <summary>Reads it; null: it is none.</summary>
    public static EventPlace? Parse(string text)
    {
        var tilde = text.IndexOf('~', StringComparison.Ordinal);
        if (tilde <= 0 || !int.TryParse(text[..tilde], NumberStyles.None, CultureInfo.InvariantCulture, out var skip))
        {
            return null;
        }

        return new EventPlace(text.Length == tilde + 1 ? null : text[(tilde + 1)..], skip);
    }
}
