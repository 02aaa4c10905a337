namespace PhiGateway.Policy.Registry;

/// <summary>
/// Says which numbers of document kinds that this version does not know may be passed over, which close what they could concern, and which
/// no other change is judged against.
/// </summary>
public static class RegistryKinds
{
    /// <summary>
    /// Kinds from this number on describe and never restrict: a node that does not know one passes over it. A kind below it governs, and a
    /// node that does not know it serves nobody.
    /// </summary>
    public const int FirstThatDescribes = 128;

    /// <summary>
    /// Kinds of which a change does not lose to what others wrote meanwhile: no decision, no approval and no other document is judged by
    /// them. Those that it writes itself have the version that it expects. Asked by stores, see <see cref="RegistryBatch.SeenRevision"/>.
    /// </summary>
    /// <remarks>
    /// Security: alerts are written in bursts, many at a time by what one client does; that client's suspension must not lose to them.
    /// </remarks>
    /// <param name="writes">What the change writes: cases are judged against each other, and so are an access review and its items.</param>
    public static IReadOnlyList<RegistryKind> NotJudgedBy(IReadOnlyList<RegistryWrite> writes)
    {
        var kinds = new List<RegistryKind> { RegistryKind.Alert, RegistryKind.SavedSearch };
        if (!writes.Any(static write => write.Kind == RegistryKind.Case))
        {
            kinds.Add(RegistryKind.Case);
        }

        if (!writes.Any(static write => write.Kind is RegistryKind.Campaign or RegistryKind.CampaignItem))
        {
            kinds.Add(RegistryKind.Campaign);
            kinds.Add(RegistryKind.CampaignItem);
        }

        return kinds;
    }
}
