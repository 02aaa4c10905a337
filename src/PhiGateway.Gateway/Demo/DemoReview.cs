using PhiGateway.Policy.Registry;

namespace PhiGateway.Gateway.Demo;

/// <summary>The access review that waits in the demonstration: five clients of vendors and partners, due in a few days.</summary>
internal static class DemoReview
{
    private const string Id = "vendors-autumn";
    private const string Engineer = "mary.smith@hospital.example";
    private const string Finance = "jo.park@hospital.example";
    private const string Reviewer = "li.wei@hospital.example";

    /// <summary>The campaign and its clients, one of them decided.</summary>
    public static IEnumerable<IRegistryEntity> Of(DateTimeOffset now)
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        yield return new Campaign
        {
            Id = Id,
            Title = "Vendors and partners, autumn",
            Scope = new CampaignScope { Kinds = [OrganizationKind.Vendor, OrganizationKind.Partner] },
            Reviewers = [Finance, Reviewer, Engineer],
            Due = today.AddDays(4),
            StartedBy = Engineer,
            StartedAt = now.AddDays(-10),
        };
        yield return NewItem("westside-viewer", "imaging-reports", "westside-imaging", now) with
        {
            Evidence = NewEvidence("imaging-reports", "westside-imaging", Engineer, today) with
            {
                Agreement = "treatment-westside",
                AgreementExpires = today.AddDays(12),
                LastUsed = now.AddDays(-11),
                Permitted = 1_204,
                Refused = 3,
                Granted = Granted(["DiagnosticReport", "Observation"], ["read", "search", "create"]),
                Unused = ["DiagnosticReport create", "Observation read", "Observation search", "Observation create"],
                Siblings = ["westside-uploader"],
            },
            Recommendation = ReviewDecision.Narrow,
            Because = "4 of 6 things that it may were not used within 90 days.",
        };
        yield return NewItem("westside-uploader", "imaging-reports", "westside-imaging", now) with
        {
            Evidence = NewEvidence("imaging-reports", "westside-imaging", Engineer, today) with
            {
                Agreement = "treatment-westside",
                AgreementExpires = today.AddDays(12),
                LastUsed = now.AddDays(-10),
                Permitted = 640,
                Granted = Granted(["DiagnosticReport", "Observation"], ["read", "search", "create"]),
                Unused = ["Observation search"],
                Siblings = ["westside-viewer"],
            },
            Recommendation = ReviewDecision.Narrow,
            Because = "1 of 6 things that it may were not used within 90 days.",
        };
        yield return NewItem("acme-order-poller", "lab-results-to-chart", "acme-lab", now) with
        {
            Evidence = NewEvidence("lab-results-to-chart", "acme-lab", Engineer, today) with
            {
                Agreement = "baa-acme",
                AgreementExpires = today.AddDays(335),
                LastUsed = now.AddDays(-10),
                Permitted = 8_911,
                Refused = 12,
                Granted = Granted(["Observation", "DiagnosticReport"], ["read", "search", "create"]),
                Siblings = ["acme-results-connector"],
            },
            Recommendation = ReviewDecision.Keep,
            Because = "It uses everything that it may.",
            Decision = ReviewDecision.Keep,
            Reason = "orders are polled every five minutes, as agreed",
            DecidedBy = Finance,
            DecidedAt = now.AddDays(-3),
        };
        yield return NewItem("clearbill-claims", "claims-clearing", "clearbill", now) with
        {
            Evidence = NewEvidence("claims-clearing", "clearbill", Finance, today) with
            {
                Agreement = "baa-clearbill",
                AgreementExpires = today.AddDays(335),
                LastUsed = now.AddDays(-10),
                Permitted = 2_377,
                Refused = 41,
                Granted = Granted(["Claim", "Coverage"], ["read", "search"]),
                Findings =
                [
                    "record-scraping on "
                        + today.AddDays(-16).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)
                        + " (closed)",
                ],
                Siblings = ["clearbill-eligibility"],
            },
            Recommendation = ReviewDecision.Keep,
            Because = "It uses what it may; look at the findings first.",
        };
        yield return NewItem("clearbill-eligibility", "claims-clearing", "clearbill", now) with
        {
            Evidence = NewEvidence("claims-clearing", "clearbill", Finance, today) with
            {
                Risk = RiskTier.Medium,
                Agreement = "baa-clearbill",
                AgreementExpires = today.AddDays(335),
                Granted = Granted(["Claim", "Coverage"], ["read", "search"]),
                Unused = Granted(["Claim", "Coverage"], ["read", "search"]),
                Siblings = ["clearbill-claims"],
            },
            Recommendation = ReviewDecision.Remove,
            Because = "It has never been used.",
        };
    }

    private static CampaignItem NewItem(string client, string useCase, string organization, DateTimeOffset now) =>
        new()
        {
            Id = $"{Id}.{client}",
            Campaign = Id,
            Client = client,
            Evidence = NewEvidence(useCase, organization, Engineer, DateOnly.FromDateTime(now.UtcDateTime)),
            Because = "It uses everything that it may.",
        };

    private static CampaignEvidence NewEvidence(string useCase, string organization, string owner, DateOnly today) =>
        new()
        {
            UseCase = useCase,
            Organization = organization,
            Owner = owner,
            Deputy = Reviewer,
            OwnerConfirmed = today.AddDays(-12),
            ApprovedBy = Reviewer,
            ApprovedAt = new DateTimeOffset(today.AddDays(-20).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero),
        };

    private static string[] Granted(string[] types, string[] words) =>
        [.. types.SelectMany(type => words.Select(word => $"{type} {word}"))];
}
