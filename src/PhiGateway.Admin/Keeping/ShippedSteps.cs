using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Keeping;

/// <summary>
/// Waits until a step of this node has arrived in the store. Records are shipped in their order: where it has arrived, so has whatever this
/// node recorded before it, a hold that was set a moment ago among it. Then the other nodes are waited for.
/// </summary>
internal sealed class ShippedSteps(IAuditStore store, FleetSteps others, AdminOptions options, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>The refusal of what was not shipped in time; null: it was.</summary>
    public async Task<AdminProblem?> WaitAsync(AdminCall call, Guid step)
    {
        var asked = new AuditQuery { Id = step };
        var began = time.GetTimestamp();
        while (!(await store.QueryAsync(asked, call.Cancelled)).Entries.Any(entry => entry.Id == step))
        {
            if (time.GetElapsedTime(began) >= options.ShippedWithin)
            {
                return AdminProblem.Conflict(
                    "not-shipped",
                    "Records wait for the store, a hold may be among them. Ask again when it has them all."
                );
            }

            await Task.Delay(Look, time, call.Cancelled);
        }

        return await others.WaitAsync(call);
    }
}
