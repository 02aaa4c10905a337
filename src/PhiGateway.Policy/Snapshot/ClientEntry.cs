using PhiGateway.Policy.Registry;

namespace PhiGateway.Policy.Snapshot;

/// <summary>One client with everything its path depends on, resolved and compiled; immutable.</summary>
public sealed class ClientEntry
{
    public required Client Client { get; init; }

    /// <summary>Null when the client names a use case that does not exist: the path is closed.</summary>
    public UseCase? UseCase { get; init; }

    public Agreement? Agreement { get; init; }

    public Organization? Organization { get; init; }

    /// <summary>All credentials of the client.</summary>
    public IReadOnlyList<Credential> Credentials { get; init; } = [];

    /// <summary>The latest approval; null: never approved.</summary>
    public Approval? Approval { get; init; }

    /// <summary>Fingerprint of what would be approved now, lower-case hex.</summary>
    public string Fingerprint { get; init; } = string.Empty;
}
