using System.Text.Json;
using PhiGateway.Audit.Records;

namespace PhiGateway.Audit.Keeping;

/// <summary>
/// The months that were deleted by their records' own word: what verifiers do not miss. Filled from records of deletions, asked for a
/// record that the store lacks. Not thread-safe.
/// </summary>
/// <remarks>
/// A record of a deletion is itself in the log of the node that wrote it, where a made-up one is found; one that says it deleted what was
/// too young then is not believed.
/// </remarks>
public sealed class DeletedMonths
{
    private readonly HashSet<int> _months = [];

    /// <summary>How many there are.</summary>
    public int Count => _months.Count;

    /// <summary>Takes a record; anything but a deletion that was allowed is passed over.</summary>
    public void Add(AuditRecord record)
    {
        if (
            record is { Event: KeepingMonths.DeletionEvent, After: { } after }
            && MonthOf(after) is { } month
            && KeepingMonths.End(month).AddYears(KeepingMonths.LeastYears) <= record.Time
        )
        {
            _months.Add(month);
        }
    }

    /// <summary>Whether a record of this moment was deleted with its month.</summary>
    public bool Covers(DateTimeOffset time) => _months.Count > 0 && _months.Contains(KeepingMonths.Of(time));

    private static int? MonthOf(string after)
    {
        try
        {
            using var json = JsonDocument.Parse(after);
            return
                json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("month", out var month)
                && month.ValueKind == JsonValueKind.String
                ? KeepingMonths.Parse(month.GetString())
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
