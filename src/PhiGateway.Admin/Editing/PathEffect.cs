using System.Text.Json.Serialization;

namespace PhiGateway.Admin.Editing;

/// <summary>
/// Says for one client which doors a write opens and closes, and whether its path was and is open; for answers and reports.
/// </summary>
/// <param name="Client">Client id.</param>
/// <param name="WasOpen">Whether its path was open.</param>
/// <param name="IsOpen">Whether its path is open afterwards.</param>
/// <param name="Opened">Doors that open.</param>
/// <param name="Closed">Doors that close.</param>
/// <param name="ApprovalTaken">Whether its approval ends with the write, because a door opens: a second person approves anew.</param>
public sealed record PathEffect(
    [property: JsonPropertyName("client")] string Client,
    [property: JsonPropertyName("was_open")] bool WasOpen,
    [property: JsonPropertyName("is_open")] bool IsOpen,
    [property: JsonPropertyName("opened")] IReadOnlyList<string> Opened,
    [property: JsonPropertyName("closed")] IReadOnlyList<string> Closed,
    [property: JsonPropertyName("approval_taken")] bool ApprovalTaken
)
{
    /// <summary>Tasks that cover more than they did, as <c>taskGrants/id</c>: no approval and no door stands before them.</summary>
    [JsonPropertyName("widened")]
    public IReadOnlyList<string> Widened { get; init; } = [];

    /// <summary>Tasks that cover less than they did.</summary>
    [JsonPropertyName("narrowed")]
    public IReadOnlyList<string> Narrowed { get; init; } = [];

    /// <summary>Of every client with a door that opens or closes, or a task that covers more or less.</summary>
    internal static IReadOnlyList<PathEffect> Of(EditOutcome outcome) =>
        [
            .. PathChange
                .Of(
                    outcome.Before,
                    outcome.After,
                    AffectedClients.Of(outcome.Before, outcome.After, outcome.Plan.Writes),
                    outcome.Plan.Writes,
                    outcome.Now
                )
                .Where(static change =>
                    change.Opened.Count > 0 || change.Closed.Count > 0 || change.Widened.Count > 0 || change.Narrowed.Count > 0
                )
                .Select(change => new PathEffect(
                    change.Client,
                    change.WasOpen,
                    change.IsOpen,
                    change.Opened,
                    change.Closed,
                    outcome.Plan.Taken.Contains(change.Client)
                )
                {
                    Widened = change.Widened,
                    Narrowed = change.Narrowed,
                }),
        ];
}
