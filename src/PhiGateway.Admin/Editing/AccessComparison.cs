using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Editing;

/// <summary>Says what a change does to one client: whether its path opens or closes, and what it may do more or less.</summary>
internal static class AccessComparison
{
    /// <param name="outcome">The change.</param>
    /// <param name="client">Client id.</param>
    /// <param name="path">What the change does to its doors and tasks; null: nothing.</param>
    /// <param name="unnamed">Labels that hid something from it and that no grant names any more; null: none.</param>
    public static AccessEffect Of(EditOutcome outcome, string client, PathEffect? path, IReadOnlyList<SecurityLabel>? unnamed) =>
        Of(
            client,
            ApprovedClient.Find(outcome.Before, client),
            ApprovedClient.Find(outcome.After, client),
            outcome.Node,
            [.. Tasks(path), .. Labels(unnamed)]
        );

    private static AccessEffect Of(
        string client,
        ApprovedClient? before,
        ApprovedClient? after,
        NodeTerms node,
        IReadOnlyList<AccessChange> besides
    )
    {
        IReadOnlyList<AccessChange> changes =
            before is { UseCase: not null } && after is { UseCase: not null }
                ? [.. AccessDiff.Compare(before.Input(node.Limits), after.Input(node.Limits), node.TokenService), .. besides]
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

    private static IEnumerable<AccessChange> Tasks(PathEffect? path) =>
        path is null
            ? []
            : path
                .Widened.Select(static task => new AccessChange(ChangeKind.Widening, task, "covers more than it did"))
                .Concat(path.Narrowed.Select(static task => new AccessChange(ChangeKind.Narrowing, task, "covers less than it did")));

    private static IEnumerable<AccessChange> Labels(IReadOnlyList<SecurityLabel>? unnamed) =>
        (unnamed ?? []).Select(static label => new AccessChange(
            ChangeKind.Widening,
            "labels",
            $"counts and chains tell of records with {label.System}|{label.Code}: no grant names it any more"
        ));

    private static bool Lives(ApprovedClient? view) =>
        view
            is {
                Client.Status: ClientStatus.Active,
                UseCase.Status: UseCaseStatus.Approved,
                Organization.Status: OrganizationStatus.Active
            };

    private static string Word(ChangeKind kind) => kind.ToString().ToLowerInvariant();
}
