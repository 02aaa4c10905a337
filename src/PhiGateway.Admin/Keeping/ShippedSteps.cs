using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Keeping;

/// <summary>
/// Waits until a step of this node has arrived in the store. Records are shipped in their order: where it has arrived, so has whatever this
/// node recorded before it, a hold that was set a moment ago among it. Then the other nodes are waited for.
/// </summary>
/// <remarks>
/// Security: whoever ships may add a row under the step's own id before the step is there. Only what this node's log proves has arrived, which
/// is a second later; a control plane that keeps no log has nothing to hold a row against.
/// </remarks>
internal sealed class ShippedSteps(IAuditStore store, FleetSteps others, AdminOptions options, TimeProvider time, ITrailProof? proof = null)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>The refusal of what was not shipped in time; null: it was.</summary>
    public async Task<AdminProblem?> WaitAsync(AdminCall call, Guid step)
    {
        var began = time.GetTimestamp();
        while (!await HasArrivedAsync(step, began, call.Cancelled))
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

    // Whoever ships may add rows that name a step as what they belong to, with any time: page by page behind them, as long as is waited.
    private async Task<bool> HasArrivedAsync(Guid step, long began, CancellationToken cancellationToken)
    {
        var asked = new AuditQuery { Id = step, Limit = PageRequest.Most };
        while (true)
        {
            var page = await store.QueryAsync(asked, cancellationToken);
            if (page.Entries.Any(entry => IsStep(entry, step)))
            {
                return true;
            }

            if (page.Next is null || time.GetElapsedTime(began) >= options.ShippedWithin)
            {
                return false;
            }

            asked = asked with { Cursor = page.Next };
        }
    }

    // The log proves a body: one that names another id is that of another record.
    private bool IsStep(AuditEntry entry, Guid step) =>
        entry.Id == step && (proof is null || (entry.Read()?.Id == step && proof.Proves(entry)));
}
