using System.Text.Json;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Keeping;

/// <summary>Lists the months that were deleted and the content that was destroyed, by their records; for the console.</summary>
internal sealed class GoneReports(IAuditStore store, ITrailProof? proof = null)
{
    /// <summary>All of them, the newest first. A step counts as proven when this node's own log proves its record.</summary>
    public async Task<IReadOnlyList<GoneMonth>> ListAsync(AdminCall call)
    {
        var begun = new List<(AuditRecord Record, bool IsProven)>();
        var ends = new Dictionary<Guid, (bool? IsDone, bool IsProven)>();
        var steps = new AuditQuery { Kind = AuditKind.Hold };
        await foreach (var (entry, record) in TrailWalk.AllAsync(store, steps, call.Cancelled, RegisterStep.PassOver))
        {
            switch (record.Event)
            {
                case KeepingMonths.DeletionEvent or KeepingMonths.DestroyEvent:
                    begun.Add((record, IsProven(entry)));
                    break;
                case KeepingMonths.DeletedEvent or KeepingMonths.DestroyedEvent:
                    var isProven = IsProven(entry);

                    // One that nothing proves takes no proven one's place.
                    if (isProven || ends.GetValueOrDefault(record.ParentId) is not { IsProven: true })
                    {
                        var flag = record.Event == KeepingMonths.DeletedEvent ? "deleted" : "destroyed";
                        ends[record.ParentId] = (FlagOf(record, flag), isProven);
                    }

                    break;
                default:
                    break;
            }
        }

        bool IsProven(AuditEntry entry) => proof?.Proves(entry) == true;

        return [.. begun.OrderByDescending(static one => one.Record.Time).Select(one => Of(one, ends.GetValueOrDefault(one.Record.Id)))];
    }

    private static GoneMonth Of((AuditRecord Record, bool IsProven) begun, (bool? IsDone, bool IsProven) end)
    {
        var said = Read(begun.Record);
        return new GoneMonth(
            begun.Record.Id,
            begun.Record.Time,
            begun.Record.Actor ?? string.Empty,
            TextOf(said, "month") ?? "?",
            begun.Record.Event == KeepingMonths.DestroyEvent ? TextOf(said, "tenant") ?? "?" : null,
            TextOf(said, "reason"),
            end.IsDone,
            begun.IsProven && end is { IsDone: not null, IsProven: true }
        );
    }

    private static bool? FlagOf(AuditRecord record, string name) =>
        Read(record) is { ValueKind: JsonValueKind.Object } said
        && said.TryGetProperty(name, out var flag)
        && flag.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? flag.GetBoolean()
            : null;

    private static string? TextOf(JsonElement? said, string name) =>
        said is { ValueKind: JsonValueKind.Object } content
        && content.TryGetProperty(name, out var text)
        && text.ValueKind == JsonValueKind.String
            ? text.GetString()
            : null;

    // Whoever ships may add what is no JSON.
    private static JsonElement? Read(AuditRecord record)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(record.After ?? "null");
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A month of the trail that was deleted, or of which a tenant's content was destroyed.</summary>
/// <param name="Id">Id of the record that began it.</param>
/// <param name="At">When.</param>
/// <param name="By">Who; of two persons the second.</param>
/// <param name="Month">The month.</param>
/// <param name="Tenant">Whose content; null: the whole month was deleted.</param>
/// <param name="Reason">Why.</param>
/// <param name="IsDone">Whether it was done; null: no record says what came of it.</param>
/// <param name="IsProven">Whether this node's own log proves both records.</param>
public sealed record GoneMonth(
    Guid Id,
    DateTimeOffset At,
    string By,
    string Month,
    string? Tenant,
    string? Reason,
    bool? IsDone,
    bool IsProven
);
