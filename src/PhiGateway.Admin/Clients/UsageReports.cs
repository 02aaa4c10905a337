using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.Watch.Usage;

namespace PhiGateway.Admin.Clients;

/// <summary>Reports what clients used; called by their endpoint.</summary>
internal sealed class UsageReports(WorkingSetSource sets, IUsageSource? usage = null)
{
    /// <summary>The same as lines for a page, the longest unused first; null: this node does not watch, or there is no such client.</summary>
    public async Task<IReadOnlyList<UsedOperation>?> ListAsync(AdminCall call, string id) =>
        (await OfAsync(call, id)).Value is { } report
            ? [.. report.Uses.Select(static use => new UsedOperation(use.Operation, use.Purpose, use.Tenant, use.Count, use.Last))]
            : null;

    /// <summary>What one client used.</summary>
    public async Task<Outcome<UsageReport>> OfAsync(AdminCall call, string id)
    {
        if (usage is null)
        {
            return AdminProblem.Conflict("not-watched", "This node does not watch the trail; ask one that does.");
        }

        var set = await sets.GetAsync(call.Cancelled);
        if (set.Find(RegistryKind.Client, id) is null)
        {
            return AdminProblem.NotFound("client");
        }

        var uses = usage.Of(id);
        return new UsageReport(id, uses.Count == 0 ? null : uses.Max(static use => use.Last), uses);
    }
}

/// <summary>One thing that a client used.</summary>
/// <param name="Operation">What, such as <c>Observation read</c>.</param>
/// <param name="Purpose">For which purpose.</param>
/// <param name="Tenant">In which tenant.</param>
/// <param name="Count">How often.</param>
/// <param name="Last">When last, UTC.</param>
public sealed record UsedOperation(string Operation, string Purpose, string Tenant, long Count, DateTimeOffset Last);
