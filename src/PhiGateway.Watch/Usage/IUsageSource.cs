namespace PhiGateway.Watch.Usage;

/// <summary>Says what clients used; a port of the control plane, served by the ledger of the watch.</summary>
public interface IUsageSource
{
    /// <summary>What a client used, the longest unused first; empty when nothing was seen of it.</summary>
    IReadOnlyList<UsageRow> Of(string client);

    /// <summary>The same by the elements that grants are made of, each over all purposes and tenants; by kind and name.</summary>
    IReadOnlyList<UsageElement> ElementsOf(string client);
}
