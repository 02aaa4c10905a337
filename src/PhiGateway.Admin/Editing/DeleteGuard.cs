using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Editing;

/// <summary>What must not be deleted: anything that something else names, a client that still lives.</summary>
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

        var referrers = Referrers(set, item.Item.Kind, item.Item.Id).Take(MaxNamed).ToList();
        return referrers.Count == 0
            ? null
            : AdminProblem.Conflict("referenced", "Something still refers to it.") with
            {
                Errors = [.. referrers.Select(static name => new ProblemPointer(string.Empty, "referenced", $"{name} refers to it."))],
            };
    }

    internal static IEnumerable<string> Referrers(WorkingSet set, RegistryKind kind, string id) =>
        kind switch
        {
            RegistryKind.Organization => set.All<Agreement>(RegistryKind.Agreement)
                .Where(x => x.Organization == id)
                .Select(static x => "agreement/" + x.Id)
                .Concat(set.All<UseCase>(RegistryKind.UseCase).Where(x => x.Organization == id).Select(static x => "use-case/" + x.Id)),
            RegistryKind.Agreement => set.All<UseCase>(RegistryKind.UseCase)
                .Where(x => x.Agreement == id)
                .Select(static x => "use-case/" + x.Id),
            RegistryKind.UseCase => set.All<Client>(RegistryKind.Client).Where(x => x.UseCase == id).Select(static x => "client/" + x.Id),
            RegistryKind.Roster => set.All<UseCase>(RegistryKind.UseCase)
                .Where(x => x.Grants.Any(grant => grant.Patients?.Roster == id))
                .Select(static x => "use-case/" + x.Id),
            RegistryKind.Client => set.All<Credential>(RegistryKind.Credential)
                .Where(x => x.Client == id)
                .Select(static x => "credential/" + x.Id)
                .Concat(
                    set.All<TaskGrant>(RegistryKind.TaskGrant)
                        .Where(x => x.Client == id && !x.Closed)
                        .Select(static x => "task-grant/" + x.Id)
                ),
            _ => [],
        };
}
