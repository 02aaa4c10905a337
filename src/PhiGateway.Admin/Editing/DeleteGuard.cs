using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>Refuses to delete what something else names, and a client that still lives.</summary>
internal static class DeleteGuard
{
    // More names help nobody.
    private const int MaxNamed = 20;

    public static AdminProblem? Check(WorkingSet set, WorkingItem item)
    {
        if (item.Entity is Client { Status: not (ClientStatus.Draft or ClientStatus.Archived) })
        {
            return AdminProblem.Conflict("client-lives", "Only draft and archived clients can be deleted; revoke and archive it first.");
        }

        if (IsKept(item.Entity))
        {
            return AdminProblem.Conflict("kept", "What was used in an emergency is on record for good; it is decided (:review).");
        }

        // Deleted, it would be gone without a word: from its case, from what was decided about it, and some are raised once only.
        if (item.Entity is Alert alert && AlertKinds.IsOurs(alert))
        {
            return AdminProblem.Conflict("kept", "What the gateway raised stays on record: it is closed with a reason (:close).");
        }

        var referrers = Referrers(set, item.Item.Kind, item.Item.Id).Take(MaxNamed).ToList();
        return referrers.Count == 0
            ? null
            : AdminProblem.Conflict("referenced", "Something still refers to it.") with
            {
                Errors = [.. referrers.Select(static name => new ProblemPointer(string.Empty, "referenced", $"{name} refers to it."))],
            };
    }

    /// <summary>Whether a document is evidence, which nobody rewrites or deletes.</summary>
    public static bool IsKept(IRegistryEntity? entity) => entity is Alert { Kind: AlertKinds.Emergency };

    internal static IEnumerable<string> Referrers(WorkingSet set, RegistryKind kind, string id) =>
        kind switch
        {
            RegistryKind.Organization => set.AgreementsOf(id)
                .Select(static x => KindWord.Of(RegistryKind.Agreement, x.Id))
                .Concat(UseCases(set, kind, id)),
            RegistryKind.Agreement or RegistryKind.Roster => UseCases(set, kind, id),
            RegistryKind.UseCase => set.ClientsOf(id).Select(static x => KindWord.Of(RegistryKind.Client, x.Id)),
            RegistryKind.Client => set.CredentialsOf(id)
                .Select(static x => KindWord.Of(RegistryKind.Credential, x.Id))
                .Concat(set.TasksOf(id).Where(static x => !x.Closed).Select(static x => KindWord.Of(RegistryKind.TaskGrant, x.Id)))
                .Concat(ThroughWhomItActs(set, id)),
            _ => [],
        };

    // Another one who is registered under its name would act through them, approved for who had the name before.
    private static IEnumerable<string> ThroughWhomItActs(WorkingSet set, string id) =>
        set.All<Client>(RegistryKind.Client)
            .Where(one => one.Status is not (ClientStatus.Revoked or ClientStatus.Archived) && one.Actors?.Contains(id) == true)
            .Select(static one => KindWord.Of(RegistryKind.Client, one.Id));

    private static IEnumerable<string> UseCases(WorkingSet set, RegistryKind kind, string id) =>
        set.UseCasesOf(kind, id).Select(static x => KindWord.Of(RegistryKind.UseCase, x.Id));
}
