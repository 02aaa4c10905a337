using PhiGateway.Policy.Collections;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Policy.Snapshot;

/// <summary>
/// The whole registry at one revision, compiled for decisions; immutable, published by one reference write, pinned once per request.
/// </summary>
public sealed class RegistrySnapshot
{
    // Put together when somebody asks: most snapshots are replaced before anyone does.
    private readonly Lazy<IReadOnlyList<RegistryProblem>> _problems;

    internal RegistrySnapshot() => _problems = new Lazy<IReadOnlyList<RegistryProblem>>(() => Flatten(ProblemsBySource));

    /// <summary>Knows nobody: what a node has before its first load.</summary>
    public static RegistrySnapshot Empty { get; } = new();

    /// <summary>Registry-wide revision it stands for; 0 for <see cref="Empty"/>.</summary>
    public long Revision { get; internal init; }

    /// <summary>Rows that contradict each other or cannot be read; each closes only what depends on it. In order of path.</summary>
    public IReadOnlyList<RegistryProblem> Problems => _problems.Value;

    /// <summary>
    /// Path of a row that this version does not understand and that may concern anybody: a revocation of an unknown sort, a document of an
    /// unknown kind that governs. Null: none. While there is one, nobody is served.
    /// </summary>
    public string? NotUnderstood { get; internal init; }

    /// <summary>How many of <see cref="Problems"/> are rows of a newer version.</summary>
    public int CountNotUnderstood() => Problems.Count(static problem => problem.IsNotUnderstood);

    /// <summary>How many clients are known.</summary>
    public int ClientCount => Clients.Count;

    /// <summary>How many memberships are known.</summary>
    public int MemberCount { get; internal init; }

    internal PersistentMap<string, ClientEntry> Clients { get; init; } = PersistentMap<string, ClientEntry>.Empty;

    internal PersistentMap<CredentialKey, CredentialBinding> ByCredential { get; init; } =
        PersistentMap<CredentialKey, CredentialBinding>.Empty;

    internal PersistentMap<string, RosterMembers> Rosters { get; init; } = PersistentMap<string, RosterMembers>.Empty;

    internal PersistentMap<string, RegistryProblem[]> ProblemsBySource { get; init; } = PersistentMap<string, RegistryProblem[]>.Empty;

    /// <summary>Labels besides HL7's sensitivities that records are known to bear, since some grant names them.</summary>
    internal KnownLabels Labels { get; init; } = KnownLabels.None;

    internal RevocationSet Revocations { get; init; } = RevocationSet.Empty;

    /// <summary>The one client with this credential; null when there is none.</summary>
    public ClientEntry? FindClient(string issuer, string clientId) => FindBinding(issuer, clientId)?.Client;

    /// <summary>The client with this id; null when there is none.</summary>
    public ClientEntry? FindClientById(string id) => Clients.TryGet(id, out var entry) ? entry : null;

    /// <summary>Every client in order of id; builds a list, so for the control plane only.</summary>
    public IReadOnlyList<ClientEntry> ListClients()
    {
        var all = Clients.ToList().ConvertAll(static pair => pair.Value);
        all.Sort(static (left, right) => string.CompareOrdinal(left.Client.Id, right.Client.Id));
        return all;
    }

    /// <summary>Whether nothing was changed about any client between this and another one, as where memberships alone were.</summary>
    public bool HasSameClients(RegistrySnapshot other) => ReferenceEquals(Clients, other.Clients);

    /// <summary>The client with this credential, and the credential; null when there is none.</summary>
    internal CredentialBinding? FindBinding(string issuer, string clientId) =>
        ByCredential.TryGet(new CredentialKey(issuer, clientId), out var binding) ? binding : null;

    /// <summary>The members of a roster; nobody when it has none.</summary>
    internal RosterMembers FindRoster(string id) => Rosters.TryGet(id, out var members) ? members : RosterMembers.Nobody;

    private static List<RegistryProblem> Flatten(PersistentMap<string, RegistryProblem[]> bySource)
    {
        var all = bySource.ToList().SelectMany(static pair => pair.Value).Distinct().ToList();
        all.Sort(
            static (left, right) =>
                string.CompareOrdinal(left.Path, right.Path) is not 0 and var order
                    ? order
                    : string.CompareOrdinal(left.Message, right.Message)
        );
        return all;
    }
}

/// <summary>The client and credential that a caller's identity leads to; a value of the snapshot's index.</summary>
internal sealed record CredentialBinding(ClientEntry Client, CredentialEntry Credential);

/// <summary>The issuer and client id by which the snapshot finds the credential of a caller.</summary>
internal readonly record struct CredentialKey(string Issuer, string ClientId);
