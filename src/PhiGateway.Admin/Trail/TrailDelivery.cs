using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Trail;

/// <summary>
/// Adds to a decision's records what became of its answer: of a whole answer that stands in the delivery of many, which names it by its
/// place. Used where one access is read and where it is proven.
/// </summary>
internal static class TrailDelivery
{
    /// <summary>The records with their delivery; as they are where it is among them, or there is none.</summary>
    public static async Task<IReadOnlyList<AuditEntry>> WithAsync(
        IAuditStore store,
        IReadOnlyList<AuditEntry> found,
        CancellationToken cancellationToken
    )
    {
        if (found.FirstOrDefault(static entry => entry.Kind == AuditKind.Disclosure && entry.ParentId == Guid.Empty) is not { } disclosure)
        {
            return found;
        }

        // Of a log of its own: whoever ships may have added a row of another that says so.
        var isTold = found.Any(entry => entry.Kind == AuditKind.Delivery && entry.Log == disclosure.Log);
        var delivery = isTold ? null : await store.FindDeliveryAsync(disclosure.Log, disclosure.Sequence, cancellationToken);
        return delivery is null ? found : [delivery, .. found];
    }
}
