using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Validation;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Campaigns;

/// <summary>Starts a campaign: finds its clients, writes down what is known of each, and waits for its reviewers.</summary>
/// <remarks>
/// Safety: silence suspends, so nobody has less than a week to answer, and a campaign is of so many clients that people can look at them.
/// </remarks>
internal sealed class CampaignStart(RegistryEditor editor, WorkingSetSource sets, IAuditStore trail, TimeProvider time)
{
    /// <summary>Most clients of one campaign.</summary>
    public const int MostClients = 200;

    private const int MostId = 64;
    private const int MostTitle = 200;
    private const int MostReviewers = 20;
    private const int LeastDays = 7;
    private const int MostDays = 180;
    private const int EvidenceDays = 90;

    private readonly CampaignFacts _facts = new(trail);

    /// <summary>Starts it; a dry run says which clients it would be of.</summary>
    public async Task<Outcome<EditOutcome>> StartAsync(AdminCall call, StartCampaignBody body)
    {
        var now = time.GetUtcNow();
        if (Check(body, DateOnly.FromDateTime(now.UtcDateTime)) is { Count: > 0 } findings)
        {
            return AdminProblem.Invalid(findings);
        }

        var set = await sets.GetAsync(call.Cancelled);
        if (set.Kind(RegistryKind.Client).Values.FirstOrDefault(MayCall) is { } newer)
        {
            // Whether it is in the scope nobody can tell here; left out, it would be kept without a word.
            return AdminProblem.Conflict(
                "newer-document",
                $"{RegistryPaths.Of(RegistryKind.Client, newer.Item.Id)} was written by a newer version, or by hand: start the review on a node "
                    + "that understands it."
            );
        }

        var clients = ClientsOf(set, body.Scope);
        if (clients.Count is 0 or > MostClients)
        {
            return AdminProblem.Invalid(
                string.Empty,
                "scope",
                clients.Count == 0
                    ? "No client that can call is in this scope."
                    : $"{clients.Count} clients are in this scope; a campaign is of at most {MostClients}."
            );
        }

        var evidence = await _facts.GatherAsync(set, clients, EvidenceDays, now, call.Cancelled);
        var campaign = new Campaign
        {
            Id = body.Id!,
            Title = body.Title!.Trim(),
            Scope = body.Scope,
            Reviewers = [.. body.Reviewers!.Select(static person => person.Trim()).Distinct(StringComparer.OrdinalIgnoreCase)],
            Due = body.Due!.Value,
            StartedBy = PersonName.Signed(call.Persons),
            StartedAt = now,
            EvidenceDays = EvidenceDays,
            Record = CampaignIds.RecordOf(call),
        };
        return await editor.WriteAsync(
            call,
            new Edit("campaign.start", KindWord.Of(RegistryKind.Campaign, campaign.Id), now => Plan(now, campaign, clients, evidence))
        );
    }

    private static Outcome<EditPlan> Plan(
        WorkingSet set,
        Campaign campaign,
        IReadOnlyList<string> clients,
        IReadOnlyDictionary<string, CampaignEvidence> evidence
    )
    {
        if (set.Find(RegistryKind.Campaign, campaign.Id) is not null)
        {
            return AdminProblem.Exists("campaign");
        }

        var writes = new List<RegistryWrite> { new(RegistryKind.Campaign, campaign.Id, RegistryJson.Serialize(campaign), 0) };
        foreach (var client in clients)
        {
            var (decision, because) = CampaignFacts.Recommend(evidence[client], campaign.EvidenceDays);
            var item = new CampaignItem
            {
                Id = CampaignIds.OfItem(campaign.Id, client),
                Campaign = campaign.Id,
                Client = client,
                Evidence = evidence[client],
                Recommendation = decision,
                Because = because,
                Record = campaign.Record,
            };
            writes.Add(new RegistryWrite(RegistryKind.CampaignItem, item.Id, RegistryJson.Serialize(item), 0));
        }

        return new EditPlan(writes) { Note = $"{clients.Count} clients" };
    }

    // Of those that are not understood here; one that says in words of this version that it has ended is in no scope.
    private static bool MayCall(WorkingItem item) =>
        item.IsNotUnderstood && ClientClosing.StatusOf(item.Item.Json) is not (ClientStatus.Revoked or ClientStatus.Archived);

    // Whoever can call now or could again without an approval.
    private static List<string> ClientsOf(WorkingSet set, CampaignScope scope) =>
        [
            .. set.All<Client>(RegistryKind.Client)
                .Where(static client => client.Status is ClientStatus.Active or ClientStatus.Suspended or ClientStatus.Quarantined)
                .Where(client => Fits(set, client, scope))
                .Select(static client => client.Id)
                .Take(MostClients + 1),
        ];

    private static bool Fits(WorkingSet set, Client client, CampaignScope scope)
    {
        var useCase = set.Find<UseCase>(RegistryKind.UseCase, client.UseCase);
        var organization = useCase is null ? null : set.Find<Organization>(RegistryKind.Organization, useCase.Organization);
        return (scope.Organizations.Count == 0 || (useCase is not null && scope.Organizations.Contains(useCase.Organization)))
            && (scope.Kinds.Count == 0 || (organization is not null && scope.Kinds.Contains(organization.Kind)))
            && (scope.Risks.Count == 0 || scope.Risks.Contains(useCase?.Risk ?? RiskTier.High))
            && (scope.Purposes.Count == 0 || (useCase?.Purposes.Any(scope.Purposes.Contains) ?? false));
    }

    private static List<ProblemPointer> Check(StartCampaignBody body, DateOnly today)
    {
        var findings = new List<ProblemPointer>();
        void Add(bool wrong, string pointer, string code, string words)
        {
            if (wrong)
            {
                findings.Add(new ProblemPointer(pointer, code, words));
            }
        }

        Add(!RegistryId.IsValid(body.Id) || body.Id!.Length > MostId, "/id", "malformed-id", $"{RegistryId.Rule} At most {MostId} here.");
        Add(
            string.IsNullOrWhiteSpace(body.Title) || body.Title.Length > MostTitle || !ShownText.IsLine(body.Title),
            "/title",
            "required",
            $"Say what it is called, in at most {MostTitle} characters."
        );
        Add(
            body.Reviewers is not { Count: > 0 and <= MostReviewers } reviewers
                || reviewers.Any(static person => string.IsNullOrWhiteSpace(person) || person.Length > 128 || !ShownText.IsLine(person)),
            "/reviewers",
            "required",
            $"Name 1 to {MostReviewers} persons who decide."
        );
        Add(
            body.Due is not { } due || due < today.AddDays(LeastDays) || due > today.AddDays(MostDays),
            "/due",
            "out-of-range",
            $"A day {LeastDays} to {MostDays} days ahead is expected: from then on silence suspends."
        );
        Add(
            body.Purposes?.Any(static code => !PurposeOfUse.TryParse(code, out _)) == true,
            "/purposes",
            "unknown-purpose",
            "A code of HL7's PurposeOfUse is expected."
        );
        return findings;
    }
}
