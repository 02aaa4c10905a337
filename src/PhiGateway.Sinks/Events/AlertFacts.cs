using System.Text.Json;
using PhiGateway.Audit.Records;

namespace PhiGateway.Sinks.Events;

/// <summary>
/// What an alert that the gateway raised says, as it may leave: read out of the record of its writing by <see cref="SinkEventReader"/>.
/// </summary>
/// <remarks>
/// Security: only of alerts that the gateway itself worded, whose ids and words are its own: in its own name, or because of what a person
/// did (a roster that grew, an owner who left), which is a raise by nobody's hand. The words of an emergency use repeat what a client said,
/// and stay behind; so does everything that a person wrote.
/// </remarks>
internal sealed record AlertFacts(
    string Id,
    string Kind,
    string? Subject,
    string? Severity,
    string? Lane,
    string? Words,
    string? Risk,
    string? Technique,
    string? Due,
    string? Notify
)
{
    private const string Gateway = "system";
    private const string Emergency = "break-glass";
    private const string Raised = "alert.raise";
    private const string OwnerLeft = "owner.left";
    private const int MostWords = 2000;

    // Raised under a person's own call, by nobody's hand: nobody may write an alert of these kinds.
    private static readonly (string Event, string Kind)[] OfPersons =
    [
        (Raised, "roster-grew"),
        (Raised, "tasks-grew"),
        (OwnerLeft, "owner-left"),
    ];

    /// <summary>Address of the alert's page at the console; null: no console is served by this node.</summary>
    public string? Href { get; private init; }

    /// <summary>Reads them; null: it is no alert of the gateway's own.</summary>
    /// <param name="record">The record of its writing.</param>
    /// <param name="console">Address of the console; null: none is known.</param>
    public static AlertFacts? Of(AuditRecord record, Uri? console = null)
    {
        if (record is not { Kind: AuditKind.Admin, After: { } after } || !IsWordedHere(record))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(after);
            var alert = document.RootElement;
            if (
                alert.ValueKind != JsonValueKind.Object
                || Text(alert, "id") is not { } id
                || Text(alert, "kind") is not { } kind
                || (record.Actor != Gateway && !OfPersons.Contains((record.Event, kind)))
            )
            {
                return null;
            }

            return new AlertFacts(
                id,
                kind,
                Text(alert, "subject"),
                Text(alert, "severity"),
                Text(alert, "lane"),
                kind == Emergency ? null : Text(alert, "evidence"),
                Text(alert, "risk"),
                Text(alert, "technique"),
                Text(alert, "due"),
                Text(alert, "notify")
            )
            {
                Href = console is null ? null : new Uri(console, "/console/alerts/" + Uri.EscapeDataString(id)).AbsoluteUri,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Whoever writes an alert by hand does so by other calls, whose records are named otherwise.
    private static bool IsWordedHere(AuditRecord record) =>
        record.Event is Raised or OwnerLeft || (record.Actor == Gateway && record.Event.StartsWith("alert.", StringComparison.Ordinal));

    private static string? Text(JsonElement alert, string name)
    {
        if (!alert.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        var text = value.GetString()!;
        return text.Length > MostWords ? text[..MostWords] : text;
    }
}
