using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.Watch.Usage;

namespace PhiGateway.Admin.Clients;

/// <summary>Reports what clients used; called by their endpoint and the console.</summary>
internal sealed class UsageReports(WorkingSetSource sets, IUsageSource? usage = null)
{
    /// <summary>The same for a page; null: this node does not watch, or there is no such client.</summary>
    public async Task<ClientUse?> FindAsync(AdminCall call, string id) =>
        (await OfAsync(call, id)).Value is { } report ? new ClientUse(report.LastUsed, report.Elements, report.Uses) : null;

    /// <summary>What one client used.</summary>
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

/// <summary>What a client used, for a page.</summary>
/// <param name="LastUsed">Its last use of anything; null: none is known.</param>
/// <param name="Elements">By the elements of its grants.</param>
/// <param name="Operations">By operation, purpose and tenant, the longest unused first.</param>
public sealed record ClientUse(DateTimeOffset? LastUsed, IReadOnlyList<UsedElement> Elements, IReadOnlyList<UsedOperation> Operations);
