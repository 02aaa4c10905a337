using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.Watch.Usage;

namespace PhiGateway.Admin.Clients;

/// <summary>Reports what clients used; called by their endpoint.</summary>
internal sealed class UsageReports(WorkingSetSource sets, IUsageSource? usage = null)
{
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
