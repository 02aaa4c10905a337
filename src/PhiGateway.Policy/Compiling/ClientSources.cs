using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Policy.Compiling;

/// <summary>All documents from which one client's entry is compiled.</summary>
internal sealed class ClientSources
{
    internal required Client Client { get; init; }

    internal UseCaseEntry? UseCase { get; init; }

    /// <summary>The problem of a document that belongs to the client and cannot be read; closes it.</summary>
    internal string? Unreadable { get; init; }

    /// <summary>Path of a document on the client's path that a newer version wrote; closes it on this node.</summary>
    internal string? NotUnderstood { get; init; }

    internal IReadOnlyList<CredentialEntry> Credentials { get; init; } = [];

    internal IReadOnlyList<Approval> Approvals { get; init; } = [];

    internal IReadOnlyList<Review> Reviews { get; init; } = [];

    internal IReadOnlyList<TaskGrant> Tasks { get; init; } = [];
}
