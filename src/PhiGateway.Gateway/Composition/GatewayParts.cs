using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Shipping;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Following;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Policy.Registry;
using PhiGateway.Sinks;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// The objects that data plane and control plane share (options, clock, stores, snapshot, journal and kin); built once by the gateway's
/// host.
/// </summary>
internal sealed record GatewayParts
{
    public required GatewayOptions Options { get; init; }

    public required TimeProvider Clock { get; init; }

    /// <summary>Where every log line of this node is written.</summary>
    public required Serilog.Core.Logger Log { get; init; }

    public required ILoggerFactory Loggers { get; init; }

    /// <summary>What https listeners show; null: none of them is one.</summary>
    public required ListenerCertificate? Certificate { get; init; }

    public required IRegistryStore RegistryStore { get; init; }

    public required IRegistrySource RegistrySource { get; init; }

    /// <summary>What clients with quotas took.</summary>
    public required IQuotaUses QuotaUses { get; init; }

    /// <summary>How often tasks were used.</summary>
    public required ITaskUses TaskUses { get; init; }

    /// <summary>What was used once.</summary>
    public required ISingleUses SingleUses { get; init; }

    /// <summary>What addresses of next pages have no room for.</summary>
    public required IKeptPages KeptPages { get; init; }

    /// <summary>Who asked to be registered, as the token service may write it.</summary>
    public required IRegistrationRequests RegistrationRequests { get; init; }

    /// <summary>The same as the control plane may write it.</summary>
    public required IRegistrationRequests RegistrationQueue { get; init; }

    public required IAuditStore AuditStore { get; init; }

    public required IAuditReports AuditReports { get; init; }

    public required IAuditKeeping AuditKeeping { get; init; }

    public required SnapshotHolder Snapshots { get; init; }

    public required CutAnswers CutAnswers { get; init; }

    public required SnapshotFollower Follower { get; init; }

    public required FileJournal Journal { get; init; }

    public required AuditShipper Shipper { get; init; }

    public required PatientPseudonym Pseudonym { get; init; }

    /// <summary>What all listeners and the request's way count in.</summary>
    public required GatewayMetrics Metrics { get; init; }

    /// <summary>The transparency log over the journal, and what verifies it.</summary>
    public required ProofParts Proof { get; init; }

    /// <summary>Where the trail is sent on to; null: nowhere.</summary>
    public required SinkSet? Sinks { get; init; }
}
