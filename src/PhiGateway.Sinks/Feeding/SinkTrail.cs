using PhiGateway.Audit.Shipping;

namespace PhiGateway.Sinks.Feeding;

/// <summary>The stored trail of this node as the sinks read it.</summary>
/// <param name="Store">Where records are read.</param>
/// <param name="Node">The node whose logs are sent on.</param>
/// <param name="Log">The log that is being written.</param>
/// <param name="Shipped">Its last sequence that is in the store; nothing is asked for beyond it.</param>
/// <param name="Durable">Its last sequence on the node's disk.</param>
/// <param name="First">Its first sequence that is still on the node's disk, from where it can be stored once more; null: none is.</param>
internal sealed record SinkTrail(
    IAuditStore Store,
    string Node,
    string Log,
    Func<long> Shipped,
    Func<long> Durable,
    Func<long>? First = null
);
