namespace PhiGateway.Watch.Usage;

/// <summary>Says what clients used; a port of the control plane, served by the ledger of the watch.</summary>
public interface IUsageSource
{
    /// <summary>What a client used, the longest unused first; empty when nothing was seen of it.</summary>
    IReadOnlyList<UsageRow> Of(string client);
}
