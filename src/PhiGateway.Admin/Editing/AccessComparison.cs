using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>Says what a change does to one client: whether its path opens or closes, and what it may do more or less.</summary>
internal static class AccessComparison
{
    public static AccessEffect Of(WorkingSet before, WorkingSet after, string client) =>
        Of(client, ApprovedClient.Find(before, client), ApprovedClient.Find(after, client));

    private static AccessEffect Of(string client, ApprovedClient? before, ApprovedClient? after)
    {
        var changes =
            before is { UseCase: { } old } && after is { UseCase: { } now }
                ? AccessDiff.Compare(
                    new ApprovedInput(before.Client, old, before.Agreement, before.Organization, before.Credentials),
                    new ApprovedInput(after.Client, now, after.Agreement, after.Organization, after.Credentials)
                )
                : [];
        var wider = changes.Any(static change => change.Kind == ChangeKind.Widening);
        var narrower = changes.Any(static change => change.Kind == ChangeKind.Narrowing);
        var effect = (Lives(before), Lives(after)) switch
        {
            (true, false) => "closed",
            (false, true) => "opened",
            _ => (wider, narrower) switch
            {
                (true, true) => "both",
                (true, false) => "widened",
                (false, true) => "narrowed",
                _ => changes.Count > 0 ? "changed" : "unchanged",
            },
        };
        return new AccessEffect(
            client,
            effect,
            before is { IsApproved: true } && after is { IsApproved: false },
            [.. changes.Select(static change => $"{Word(change.Kind)} {change.Path}: {change.Words}")]
        );
    }

    private static bool Lives(ApprovedClient? view) =>
        view
            is {
                Client.Status: ClientStatus.Active,
                UseCase.Status: UseCaseStatus.Approved,
                Organization.Status: OrganizationStatus.Active
            };

    private static string Word(ChangeKind kind) => kind.ToString().ToLowerInvariant();
}
