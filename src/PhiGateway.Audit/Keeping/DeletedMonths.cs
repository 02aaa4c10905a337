using System.Text.Json;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Audit.Keeping;

/// <summary>
/// The months that were deleted by their records' own word: what verifiers do not miss. Filled with rows that a log proves, asked for a
/// record that the store lacks. Not thread-safe.
/// </summary>
/// <remarks>
/// Security: a deletion is believed when the record that began it and the one that says that it was done stand in the same log, in this
/// order; when the month was old enough then; and when neither is of a time to come. Only the places that the first one names are covered.
/// Where the second was lost, what is missing is missed.
/// </remarks>
/// <param name="clock">The verifier's clock; null: the system's.</param>
public sealed class DeletedMonths(TimeProvider? clock = null)
{
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    private readonly Dictionary<(string Log, Guid Id), (long Sequence, Deletion Deletion)> _begun = [];
    private readonly Dictionary<(string Log, Guid Id), long> _done = [];
    private readonly Dictionary<int, List<Place>> _gone = [];

    /// <summary>How many there are.</summary>
    public int Count => _gone.Count;

    /// <summary>Takes a row that its log proves; anything but a deletion and its end is passed over.</summary>
    public void Add(AuditEntry proven)
    {
        if (
            proven.Read() is not { Kind: AuditKind.Hold, After: { } after } record
            || record.Time > (clock ?? TimeProvider.System).GetUtcNow() + Skew
        )
        {
            return;
        }

        if (record.Event == KeepingMonths.DeletionEvent && DeletionOf(after, record.Time) is { } deletion)
        {
            _begun[(proven.Log, record.Id)] = (proven.Sequence, deletion);
            Match((proven.Log, record.Id));
        }
        else if (record.Event == KeepingMonths.DeletedEvent && IsDone(after))
        {
            _done[(proven.Log, record.ParentId)] = proven.Sequence;
            Match((proven.Log, record.ParentId));
        }
    }

    /// <summary>Whether the record in a place, of this moment, was deleted with its month.</summary>
    public bool Covers(string log, long sequence, DateTimeOffset time) =>
        _gone.TryGetValue(KeepingMonths.Of(time), out var places)
        && places.Exists(place => place.Log == log && place.First <= sequence && sequence <= place.Last);

    private void Match((string Log, Guid Id) intent)
    {
        if (!_begun.TryGetValue(intent, out var begun) || !_done.TryGetValue(intent, out var done) || done <= begun.Sequence)
        {
            return;
        }

        if (!_gone.TryGetValue(begun.Deletion.Month, out var places))
        {
            _gone[begun.Deletion.Month] = places = [];
        }

        places.AddRange(begun.Deletion.Places);
    }

    private static Deletion? DeletionOf(string after, DateTimeOffset time)
    {
        using var json = Parse(after);
        return
            json?.RootElement is { ValueKind: JsonValueKind.Object } content
            && KeepingMonths.Parse(TextOf(content, "month")) is { } month
            && KeepingMonths.End(month).AddYears(KeepingMonths.LeastYears) <= time
            && content.TryGetProperty("logs", out var logs)
            && logs.ValueKind == JsonValueKind.Array
            ? new Deletion(month, [.. logs.EnumerateArray().Select(PlaceOf).OfType<Place>()])
            : null;
    }

    private static Place? PlaceOf(JsonElement place) =>
        place.ValueKind == JsonValueKind.Object
        && TextOf(place, "log") is { } log
        && NumberOf(place, "first") is { } first
        && NumberOf(place, "last") is { } last
            ? new Place(log, first, last)
            : null;

    private static bool IsDone(string after)
    {
        using var json = Parse(after);
        return json?.RootElement is { ValueKind: JsonValueKind.Object } content
            && content.TryGetProperty("deleted", out var deleted)
            && deleted.ValueKind == JsonValueKind.True;
    }

    private static string? TextOf(JsonElement content, string name) =>
        content.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static long? NumberOf(JsonElement content, string name) =>
        content.TryGetProperty(name, out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out var value)
            ? value
            : null;

    private static JsonDocument? Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Deletion(int Month, IReadOnlyList<Place> Places);

    private sealed record Place(string Log, long First, long Last);
}
