using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Clients;

/// <summary>Nobody approves what they asked for, nor a change of their own.</summary>
internal static class FourEyes
{
    public static AdminProblem? Refuse(WorkingSet set, ApprovedClient view, string actor)
    {
        var own = Own(set, view, actor);
        return own is null
            ? null
            : new AdminProblem(403, "four-eyes", "A second person must approve", $"You {own}; somebody else must approve it.");
    }

    public static AdminProblem? Refuse(UseCase useCase, RegistryItem item, string actor) =>
        Is(useCase.ChangedBy ?? item.UpdatedBy, actor)
            ? new AdminProblem(
                403,
                "four-eyes",
                "A second person must approve",
                "You last changed this use case; somebody else must approve it."
            )
            : null;

    private static string? Own(WorkingSet set, ApprovedClient view, string actor)
    {
        if (Is(view.Client.RequestedBy, actor))
        {
            return "asked for this approval";
        }

        // What an earlier approval already covered was seen by two persons then.
        if (view.IsApproved)
        {
            return null;
        }

        if (Is(view.Client.ChangedBy, actor))
        {
            return "last changed this client";
        }

        if (Is(view.UseCase?.ChangedBy, actor))
        {
            return "last changed its use case";
        }

        // Who may come is part of what is approved, the first time as well.
        if (view.Credentials.Any(credential => ChangedSince(set, RegistryKind.Credential, credential.Id, view.Approval, actor)))
        {
            return "last changed one of its credentials";
        }

        // Organization and agreement stand on their own at the first approval; later, whoever changed them reopened the question.
        return
            view.Approval is { } approval
            && (
                ChangedSince(set, RegistryKind.Organization, view.Organization?.Id, approval, actor)
                || ChangedSince(set, RegistryKind.Agreement, view.Agreement?.Id, approval, actor)
            )
            ? "last changed its organization or agreement"
            : null;
    }

    private static bool ChangedSince(WorkingSet set, RegistryKind kind, string? id, Approval? approval, string actor) =>
        id is not null
        && set.Find(kind, id) is { Item: { } item }
        && (approval is null || item.UpdatedAt >= approval.ApprovedAt)
        && Is(item.UpdatedBy, actor);

    // Persons are names of an identity provider: compared without case, so that no spelling makes two of one.
    private static bool Is(string? person, string actor) => string.Equals(person, actor, StringComparison.OrdinalIgnoreCase);
}
