namespace PhiGateway.Admin.OpenApi;

/// <summary>Groups the calls of the API by what they are about, for the OpenAPI document.</summary>
internal static class ApiTags
{
    /// <summary>Name of a group, what it is about, and the first segments of its paths.</summary>
    public static readonly IReadOnlyList<(string Name, string Words, string[] Segments)> All =
    [
        (
            "clients",
            "Non-human identities, their credentials, their life and their tasks.",
            ["clients", "credentials", "task-grants", "callers"]
        ),
        ("use cases", "What PHI is used for, and what is permitted for it.", ["use-cases"]),
        (
            "organizations",
            "Whoever runs clients, the agreements, and the persons behind them.",
            ["organizations", "agreements", "owners", "offboardings"]
        ),
        ("rosters", "Patient sets and who is on them.", ["rosters"]),
        (
            "approvals",
            "What waits for a second person, and what was approved and reviewed.",
            ["approvals", "registrations", "reviews", "campaigns", "campaign-items"]
        ),
        ("revocations", "Stopping, and lifting it.", ["revocations", "issuers"]),
        ("alerts", "What somebody must look at.", ["alerts", "cases"]),
        ("trail", "Who did what, and why a call was decided as it was.", ["audit", "decisions", "policies", "shadows", "saved-searches"]),
        ("accounting", "What was disclosed about a patient, to whom and for what; holds and requests.", ["accounting"]),
        ("configuration", "The registry as a file, and what is in force.", ["config"]),
        ("posture", "Controls against live evidence, and scores of clients.", ["posture"]),
        ("admin keys", "Who may reach the control plane.", ["admin-keys"]),
    ];

    /// <summary>The group of a path such as <c>admin/v1/clients/{id}:suspend</c>.</summary>
    public static string Of(string path)
    {
        var segment = path.Replace("admin/v1/", string.Empty, StringComparison.Ordinal).Split('/', ':')[0];
        return All.FirstOrDefault(tag => tag.Segments.Contains(segment)).Name ?? segment;
    }
}
