using PhiGateway.Policy.Registry;

namespace PhiGateway.Policy.Snapshot;

/// <summary>The whole registry at one revision, compiled for decisions; immutable, published by one reference write, pinned once per request.</summary>
public sealed class RegistrySnapshot
{
    /// <summary>Knows nobody: what a node has before its first load.</summary>
    public static RegistrySnapshot Empty { get; } = new();

    /// <summary>Registry-wide revision it stands for; 0 for <see cref="Empty"/>.</summary>
    public long Revision { get; internal init; }

    /// <summary>Rows that contradict each other or cannot be read; each closes only what depends on it.</summary>
    public IReadOnlyList<RegistryProblem> Problems { get; internal init; } = [];

    /// <summary>How many clients are known.</summary>
    public int ClientCount => throw new NotImplementedException();

    /// <summary>How many memberships are known.</summary>
    public int MemberCount => throw new NotImplementedException();

    /// <summary>The one client with this credential; null when there is none.</summary>
    public ClientEntry? FindClient(string issuer, string clientId) => throw new NotImplementedException();

    /// <summary>The client with this id; null when there is none.</summary>
    public ClientEntry? FindClientById(string id) => throw new NotImplementedException();
}
