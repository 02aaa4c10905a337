using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.Watch.Usage;

namespace PhiGateway.Admin.Clients;

/// <summary>Reports what clients used; called by their endpoint and the console.</summary>
internal sealed class UsageReports(WorkingSetSource sets, IUsageSource? usage = null)
{
    /// <summary>What one client used; or that this node does not watch, or that there is no such client.</summary>
    public async Task<Outcome<UsageReport>> OfAsync(AdminCall call, string id)
    {
        if (usage is null)
        {
            return AdminProblem.Conflict("not-watched", "This node does not watch the trail; ask one that does.");
        }

        var set = await sets.GetAsync(call.Cancelled);
        if (set.Find<Client>(RegistryKind.Client, id) is not { } client)
        {
            return AdminProblem.NotFound("client");
        }

        var uses = usage.Of(id);
        return new UsageReport(
            id,
            uses.Count == 0 ? null : uses.Max(static use => use.Last),
            [.. uses.Select(Shown)],
            ElementUses.Of(client, set.Find<UseCase>(RegistryKind.UseCase, client.UseCase), usage.ElementsOf(id))
        );
    }

    private static UsedOperation Shown(UsageRow use) =>
        new(
            use.Operation,
            use.Purpose,
            use.Tenant,
            use.First,
            use.Last,
            use.Count,
            use.Patients,
            use.IsEstimate ? PatientCount.About : PatientCount.Exact
        );
}
