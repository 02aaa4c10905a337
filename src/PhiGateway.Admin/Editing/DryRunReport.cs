using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using PhiGateway.Admin.Configuration;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>Reports what a write would do, without doing it; the answer of <c>?dry_run=true</c> and of <c>config:plan</c>.</summary>
public sealed record DryRunReport
{
    /// <summary>Always true: nothing was written.</summary>
    [JsonPropertyName("dry_run")]
    public bool DryRun { get; init; } = true;

    /// <summary>The registry revision it was planned on.</summary>
    [JsonPropertyName("revision")]
    public required long Revision { get; init; }

    /// <summary>The documents that would change, in the order of writing.</summary>
    [JsonPropertyName("changes")]
    public required IReadOnlyList<PlannedChange> Changes { get; init; }

    /// <summary>Clients whose path passes through what changes.</summary>
    [JsonPropertyName("clients_affected")]
    public required IReadOnlyList<string> ClientsAffected { get; init; }

    /// <summary>Clients that may do more afterwards.</summary>
    [JsonPropertyName("widened")]
    public required IReadOnlyList<AccessEffect> Widened { get; init; }

    /// <summary>Clients that may do less afterwards.</summary>
    [JsonPropertyName("narrowed")]
    public required IReadOnlyList<AccessEffect> Narrowed { get; init; }

    /// <summary>Clients whose approval no longer covers what they are: their path closes until somebody approves anew.</summary>
    [JsonPropertyName("reapproval")]
    public required IReadOnlyList<string> Reapproval { get; init; }

    /// <summary>Clients whose approval goes along, because the change narrows only and was marked so.</summary>
    [JsonPropertyName("carried_over")]
    public IReadOnlyList<string> CarriedOver { get; init; } = [];

    /// <summary>Clients with a door that opens or closes, or with tasks that cover more or less, and which.</summary>
    [JsonPropertyName("paths")]
    public IReadOnlyList<PathEffect> Paths { get; init; } = [];

    /// <summary>What is not refused and should be known: names that this node's configuration does not have.</summary>
    [JsonPropertyName("warnings")]
    public IReadOnlyList<ProblemPointer> Warnings { get; init; } = [];

    /// <summary>Clients that the revocations match now; empty: none yet.</summary>
    [JsonPropertyName("revoked_clients")]
    public IReadOnlyList<string> RevokedClients { get; init; } = [];

    /// <summary>Running answers that the change ended on the node that was asked; absent: it ends none, or it was not made.</summary>
    [JsonPropertyName("answers_cut")]
    public AnswersCut? AnswersCut { get; init; }

    /// <summary>
    /// Requests of the clients that it would stop which run on the node that was asked, now; absent: it stops nobody, or it was made.
    /// </summary>
    [JsonPropertyName("requests_running")]
    public int? RequestsRunning { get; init; }

    /// <summary>Revocations that would be written, as <c>target/value</c>.</summary>
    [JsonPropertyName("revocations")]
    public IReadOnlyList<string> Revocations { get; init; } = [];

    internal static DryRunReport Of(EditOutcome outcome)
    {
        var unnamed = LostLabels.Find(outcome.Before, outcome.After, outcome.Plan.Writes);
        IReadOnlyList<string> clients =
        [
            .. AffectedClients
                .Of(outcome.Before, outcome.After, outcome.Plan.Writes)
                .Union(unnamed.Keys, StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
        var paths = outcome.Paths.ToDictionary(static path => path.Client, StringComparer.Ordinal);
        var effects = clients
            .Select(client => AccessComparison.Of(outcome, client, paths.GetValueOrDefault(client), unnamed.GetValueOrDefault(client)))
            .ToList();
        return new DryRunReport
        {
            DryRun = outcome.DryRun,
            Revision = outcome.Before.Revision,
            Changes =
            [
                .. outcome
                    .Plan.Writes.Select(write => PlannedChange.Of(write, outcome.Before))
                    .Where(static change => change.Diff.Count > 0),
            ],
            ClientsAffected = clients,
            Widened = [.. effects.Where(static effect => effect.Effect is "widened" or "both" or "opened")],
            Narrowed = [.. effects.Where(static effect => effect.Effect is "narrowed" or "both" or "closed")],
            Reapproval =
            [
                .. effects.Where(static effect => effect.ApprovalLapses).Select(static effect => effect.Client).Union(outcome.Plan.Taken),
            ],
            Paths = outcome.Paths,
            Warnings = outcome.Warnings,
            RevokedClients = outcome.Revoked,
            AnswersCut = outcome.Cut,
            RequestsRunning = outcome.Running,
            CarriedOver = outcome.CarriedOver,
            Revocations =
            [
                .. outcome.Plan.Revocations.Select(static row =>
                    $"{JsonNamingPolicy.KebabCaseLower.ConvertName(row.Target.ToString())}/{row.Value}"
                ),
            ],
        };
    }
}

/// <summary>One document that a write would touch.</summary>
/// <param name="Target">Such as <c>client/acme</c>.</param>
/// <param name="Action">create, update or delete.</param>
/// <param name="Diff">Place by place.</param>
public sealed record PlannedChange(string Target, string Action, IReadOnlyList<DiffLine> Diff)
{
    internal static PlannedChange Of(RegistryWrite write, WorkingSet before)
    {
        var old = DocumentMeta.ForRecord(write.Kind, before.Find(write.Kind, write.Id)?.Item.Json);
        var now = DocumentMeta.ForRecord(write.Kind, write.Json);
        var action = (old, now) switch
        {
            (null, _) => "create",
            (_, null) => "delete",
            _ => "update",
        };
        return new PlannedChange(
            KindWord.Of(write.Kind, write.Id),
            action,
            DocumentDiff.Of(old is null ? null : JsonNode.Parse(old), now is null ? null : JsonNode.Parse(now))
        );
    }
}
