using System.Text.Json;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Audit.Keeping;

/// <summary>
/// The months that were deleted, and those of which a tenant's content was destroyed, by their records' own word: what verifiers do not
/// miss. Filled with rows that a log proves, asked for what the store lacks. Not thread-safe.
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
    private readonly Dictionary<(string Log, Guid Id), (long Sequence, bool IsOfBodies)> _done = [];
    private readonly Dictionary<int, List<Place>> _gone = [];
    private readonly Dictionary<(int Month, string Tenant), List<Place>> _destroyed = [];

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

        if (DeletionOf(record.Event, after, record.Time) is { } deletion)
        {
            _begun[(proven.Log, record.Id)] = (proven.Sequence, deletion);
            Match((proven.Log, record.Id));
        }
        else if (record.Event is KeepingMonths.DeletedEvent or KeepingMonths.DestroyedEvent && IsDone(record.Event, after))
        {
            _done[(proven.Log, record.ParentId)] = (proven.Sequence, record.Event == KeepingMonths.DestroyedEvent);
            Match((proven.Log, record.ParentId));
        }
    }

    /// <summary>Whether the record in a place, of this moment, was deleted with its month.</summary>
    public bool Covers(string log, long sequence, DateTimeOffset time) =>
        _gone.TryGetValue(KeepingMonths.Of(time), out var places)
        && places.Exists(place => place.Log == log && place.First <= sequence && sequence <= place.Last);

    /// <summary>Whether the body of the record in a place, of this moment and tenant, was destroyed on record.</summary>
    public bool CoversBody(string log, long sequence, DateTimeOffset time, string tenant) =>
        DestructionOf(log, sequence, time, tenant) is not null;

    /// <summary>
    /// The destruction of this log's, month's and tenant's content that covers a place, the one that counted most where several do; null: none.
    /// </summary>
    public DestroyedPlaces? DestructionOf(string log, long sequence, DateTimeOffset time, string tenant)
    {
        var month = KeepingMonths.Of(time);
        return
            _destroyed.TryGetValue((month, tenant), out var places)
            && places
                .Where(place => place.Log == log && place.First <= sequence && sequence <= place.Last)
                .MaxBy(static place => place.Count)
                is { } most
            ? new DestroyedPlaces(month, tenant, most.First, most.Last, most.Count, most.Columns)
            : null;
    }

    private void Match((string Log, Guid Id) intent)
    {
        if (
            !_begun.TryGetValue(intent, out var begun)
            || !_done.TryGetValue(intent, out var done)
            || done.Sequence <= begun.Sequence
            || done.IsOfBodies != (begun.Deletion.Tenant is not null)
        )
        {
            return;
        }

        if (begun.Deletion.Tenant is { } tenant)
        {
            if (!_destroyed.TryGetValue((begun.Deletion.Month, tenant), out var bodies))
            {
                _destroyed[(begun.Deletion.Month, tenant)] = bodies = [];
            }

            bodies.AddRange(begun.Deletion.Places);
            return;
        }

        if (!_gone.TryGetValue(begun.Deletion.Month, out var places))
        {
            _gone[begun.Deletion.Month] = places = [];
        }

        places.AddRange(begun.Deletion.Places);
    }

    private static Deletion? DeletionOf(string @event, string after, DateTimeOffset time)
    {
        var isOfBodies = @event == KeepingMonths.DestroyEvent;
        if (!isOfBodies && @event != KeepingMonths.DeletionEvent)
        {
            return null;
        }

        using var json = Parse(after);
        return
            json?.RootElement is { ValueKind: JsonValueKind.Object } content
            && KeepingMonths.Parse(TextOf(content, "month")) is { } month
            && KeepingMonths.End(month).AddYears(KeepingMonths.LeastYears) <= time
            && content.TryGetProperty("logs", out var logs)
            && logs.ValueKind == JsonValueKind.Array
            && TextOf(content, "tenant") is var tenant
            && (tenant is not null) == isOfBodies
            ? new Deletion(month, tenant, [.. logs.EnumerateArray().Select(PlaceOf).OfType<Place>()])
            : null;
    }

    private static Place? PlaceOf(JsonElement place) =>
        place.ValueKind == JsonValueKind.Object
        && TextOf(place, "log") is { } log
        && NumberOf(place, "first") is { } first
        && NumberOf(place, "last") is { } last
            ? new Place(log, first, last, NumberOf(place, "count") ?? 0, TextOf(place, "columns"))
            : null;

    private static bool IsDone(string @event, string after)
    {
        using var json = Parse(after);
        return json?.RootElement is { ValueKind: JsonValueKind.Object } content
            && content.TryGetProperty(@event == KeepingMonths.DestroyedEvent ? "destroyed" : "deleted", out var deleted)
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

    // With a tenant: of its content alone.
    private sealed record Deletion(int Month, string? Tenant, IReadOnlyList<Place> Places);

    private sealed record Place(string Log, long First, long Last, long Count, string? Columns);
}

/// <summary>The places of one log of which a tenant's content of a month was destroyed, as its record says.</summary>
/// <param name="Month">Such as 202611.</param>
/// <param name="Tenant">Whose.</param>
/// <param name="First">The lowest.</param>
/// <param name="Last">The highest.</param>
/// <param name="Count">How many of the places between are among them.</param>
/// <param name="Columns">Digest over what they were filed under (<see cref="ColumnDigest"/>); null: the record is of an earlier version.</param>
public sealed record DestroyedPlaces(int Month, string Tenant, long First, long Last, long Count, string? Columns);
