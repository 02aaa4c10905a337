using System.Globalization;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Campaigns;

/// <summary>
/// Gathers what is known of each client when its review begins (granted against used, last use, findings, owner, agreement) and says what
/// that suggests. Asked by <see cref="CampaignStart"/>.
/// </summary>
internal sealed class CampaignFacts(IAuditStore trail)
{
    private const int MostFindings = 20;
    private const int MostSiblings = 50;

    /// <summary>The evidence of each client, by its id.</summary>
    public async Task<IReadOnlyDictionary<string, CampaignEvidence>> GatherAsync(
        WorkingSet set,
        IReadOnlyList<string> clients,
        int days,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var found = new Dictionary<string, CampaignEvidence>(StringComparer.Ordinal);
        foreach (var id in clients)
        {
            // Client by client: a count over all of them leaves out what is rare.
            var counts = new AuditCounts
            {
                From = now.AddDays(-days),
                To = now,
                Client = id,
                By = [AuditColumn.ResourceType, AuditColumn.Interaction, AuditColumn.Decision],
            };
            var rows = await trail.CountAsync(counts, cancellationToken);
            found[id] = Of(set, ApprovedClient.Find(set, id)!, rows, now.AddDays(-days)) with
            {
                LastUsed = await LastUsedAsync(id, cancellationToken),
            };
        }

        return found;
    }

    /// <summary>What the evidence suggests, and why.</summary>
    public static (ReviewDecision Decision, string Because) Recommend(CampaignEvidence evidence, int days) =>
        evidence switch
        {
            { Permitted: 0, LastUsed: null } => (ReviewDecision.Remove, "It has never been used."),
            { Permitted: 0, LastUsed: { } last } => (
                ReviewDecision.Remove,
                string.Create(CultureInfo.InvariantCulture, $"It was not used within {days} days, last on {last.UtcDateTime:yyyy-MM-dd}.")
            ),
            { Unused.Count: > 0 } => (
                ReviewDecision.Narrow,
                $"{evidence.Unused.Count} of {evidence.Granted.Count} things that it may were not used within {days} days."
            ),
            { Findings.Count: > 0 } => (ReviewDecision.Keep, "It uses what it may; look at the findings first."),
            _ => (ReviewDecision.Keep, "It uses everything that it may."),
        };

    private static CampaignEvidence Of(WorkingSet set, ApprovedClient view, IReadOnlyList<AuditCount> rows, DateTimeOffset since)
    {
        var client = view.Client;
        string[] granted = [.. Granted(view.UseCase).Distinct(StringComparer.Ordinal)];
        var used = rows.Where(static row => row.Values[2] == "permit").ToList();
        var words = used.SelectMany(static row => Words(row.Values[0], row.Values[1])).ToHashSet(StringComparer.Ordinal);
        return new CampaignEvidence
        {
            UseCase = client.UseCase,
            Organization = view.Organization?.Id,
            Risk = view.UseCase?.Risk ?? RiskTier.High,
            Owner = client.Owner,
            Deputy = client.Deputy,
            OwnerConfirmed = client.OwnerConfirmed,
            Agreement = view.Agreement?.Id,
            AgreementExpires = view.Agreement?.Expires,
            ApprovedAt = view.Approval?.ApprovedAt,
            ApprovedBy = view.Approval?.ApprovedBy,
            Permitted = used.Sum(static row => row.Count),
            Refused = rows.Where(static row => row.Values[2] == "deny").Sum(static row => row.Count),
            Granted = granted,
            Unused = [.. granted.Where(word => !words.Contains(word) && !words.Contains(OperationOf(word)))],
            Findings = [.. Findings(set, client.Id, since)],
            Siblings =
            [
                .. set.ClientsOf(client.UseCase)
                    .Where(other => other.Id != client.Id && other.Status == ClientStatus.Active)
                    .Select(static other => other.Id)
                    .Take(MostSiblings),
            ],
        };
    }

    private static IEnumerable<string> Granted(UseCase? useCase) =>
        (useCase?.Grants ?? []).SelectMany(static grant =>
            grant.Types.SelectMany(type => grant.Interactions.Concat(grant.Operations).Select(word => $"{type} {word}"))
        );

    // A count does not tell operations of a type apart: whoever used one is not said to have left out another.
    private static string OperationOf(string word)
    {
        var sign = word.IndexOf(" $", StringComparison.Ordinal);
        return sign < 0 ? word : word[..sign] + " operation";
    }

    // Records name interactions as FHIR does, grants in one word.
    private static IEnumerable<string> Words(string? type, string? interaction)
    {
        if (type is null || interaction is null)
        {
            yield break;
        }

        foreach (var one in Enum.GetValues<Interaction>())
        {
            if (System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(one.ToString()) != interaction)
            {
                continue;
            }

            yield return $"{type} {interaction}";
            foreach (var word in InteractionWords.All)
            {
                if (InteractionWords.TryParse(word, out var set) && set.Contains(one))
                {
                    yield return $"{type} {word}";
                }
            }
        }
    }

    private static IEnumerable<string> Findings(WorkingSet set, string client, DateTimeOffset since)
    {
        var subject = KindWord.Of(RegistryKind.Client, client);
        return set.All<Alert>(RegistryKind.Alert)
            .Where(alert => alert.Subject == subject && alert.At >= since && alert.Kind != AlertKinds.DoorClosing)
            .OrderByDescending(static alert => alert.At)
            .Take(MostFindings)
            .Select(static alert =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{alert.Kind} on {alert.At.UtcDateTime:yyyy-MM-dd} ({alert.State.ToString().ToLowerInvariant()})"
                )
            );
    }

    private async Task<DateTimeOffset?> LastUsedAsync(string client, CancellationToken cancellationToken)
    {
        var newest = await trail.QueryAsync(
            new AuditQuery
            {
                Client = client,
                Decision = "permit",
                Limit = 1,
            },
            cancellationToken
        );
        return newest.Entries is [var last, ..] ? last.Time : null;
    }
}
