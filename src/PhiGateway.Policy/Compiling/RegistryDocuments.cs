using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Policy.Compiling;

/// <summary>Holds the documents as last loaded, with an index of who refers to whom, for the snapshot builder; not thread-safe.</summary>
internal sealed class RegistryDocuments
{
    private readonly Dictionary<DocumentKey, StoredDocument> _documents = [];
    private readonly ReverseIndex<DocumentKey> _useCasesNaming = new();
    private readonly ReverseIndex<string> _clientsOfUseCase = new();
    private readonly ReverseIndex<DocumentKey> _ofClient = new();
    private readonly ReverseIndex<string> _unreadableOfClient = new();
    private readonly ReverseIndex<CredentialKey> _credentialsByKey = new();
    private readonly HashSet<string> _notUnderstood = new(StringComparer.Ordinal);

    /// <summary>The entity; null when there is none that can be read.</summary>
    internal IRegistryEntity? Find(RegistryKind kind, string id) =>
        _documents.TryGetValue(new DocumentKey(kind, id), out var stored) ? stored.Entity : null;

    /// <summary>Why a document cannot be read; null when it can, or when there is none.</summary>
    internal RegistryProblem? FindProblem(RegistryKind kind, string id) =>
        _documents.TryGetValue(new DocumentKey(kind, id), out var stored) ? stored.Problem : null;

    /// <summary>The stored form of a document that cannot be read; null when it can, or when there is none.</summary>
    internal string? FindUnreadable(RegistryKind kind, string id) =>
        _documents.TryGetValue(new DocumentKey(kind, id), out var stored) ? stored.Raw : null;

    /// <summary>All of them, tombstones included.</summary>
    internal List<KeyValuePair<DocumentKey, StoredDocument>> Copy() => [.. _documents];

    internal IEnumerable<string> ClientsOfUseCase(string useCase) => _clientsOfUseCase.Of(useCase);

    /// <summary>Paths of unreadable documents that belong to a client.</summary>
    internal IEnumerable<string> UnreadableOf(string client) => _unreadableOfClient.Of(client);

    /// <summary>Path of a document of the client, or its use case, that a newer version wrote; null when all are understood.</summary>
    internal string? FindNotUnderstood(string client)
    {
        if (FindProblem(RegistryKind.Client, client) is { IsNotUnderstood: true } own)
        {
            return own.Path;
        }

        if (
            Find(RegistryKind.Client, client) is Client { UseCase: var useCase }
            && FindProblem(RegistryKind.UseCase, useCase) is { IsNotUnderstood: true } root
        )
        {
            return root.Path;
        }

        return UnreadableOf(client).Where(_notUnderstood.Contains).Order(StringComparer.Ordinal).FirstOrDefault();
    }

    /// <summary>Credentials of a client that are not understood, by what is known of them; in order of id.</summary>
    internal List<Credential> ShadowsOf(string client)
    {
        var found = new List<Credential>();
        foreach (var id in _ofClient.Of(new DocumentKey(RegistryKind.Credential, client)))
        {
            if (_documents.TryGetValue(new DocumentKey(RegistryKind.Credential, id), out var stored) && stored.Shadow is { } shadow)
            {
                found.Add(shadow);
            }
        }

        found.Sort(static (left, right) => string.CompareOrdinal(left.Id, right.Id));
        return found;
    }

    /// <summary>Ids of all credentials recognised by a key; more than one is a contradiction.</summary>
    internal IEnumerable<string> CredentialsWith(CredentialKey key) => _credentialsByKey.Of(key);

    /// <summary>Documents of a kind that belong to a client, in order of id.</summary>
    internal List<T> OfClient<T>(RegistryKind kind, string client)
        where T : class, IRegistryEntity
    {
        var found = new List<T>();
        foreach (var id in _ofClient.Of(new DocumentKey(kind, client)))
        {
            if (Find(kind, id) is T entity)
            {
                found.Add(entity);
            }
        }

        found.Sort(static (left, right) => string.CompareOrdinal(left.Id, right.Id));
        return found;
    }

    /// <summary>Takes one item unless it is older than what is known, and notes what must be compiled anew.</summary>
    internal void Take(RegistryItem item, StaleDocuments stale)
    {
        var key = new DocumentKey(item.Kind, item.Id);
        _documents.TryGetValue(key, out var old);
        if (old is not null && item.Revision <= old.Revision)
        {
            return;
        }

        var (entity, problem) = item.Deleted ? (null, null) : EntityReader.Read(item);
        if (old is not null)
        {
            Mark(key, old, stale);
            Unlink(key, old);
        }

        var stored = new StoredDocument(
            item.Revision,
            entity,
            problem,
            problem is null ? [] : Hints(item),
            problem is { IsNotUnderstood: true } ? EntityReader.GuessCredential(item) : null
        )
        {
            Raw = problem is null ? null : item.Json,
        };
        _documents[key] = stored;
        Link(key, stored);
        Mark(key, stored, stale);
    }

    /// <summary>The key by which a credential is recognised; null when it has none.</summary>
    internal static CredentialKey? KeyOf(Credential credential) =>
        CredentialIdentity.Of(credential) is var (issuer, value) ? new CredentialKey(issuer, value) : null;

    private static string? ClientOf(IRegistryEntity? entity) =>
        entity switch
        {
            Credential credential => credential.Client,
            Approval approval => approval.Client,
            Review review => review.Client,
            TaskGrant task => task.Client,
            _ => null,
        };

    // From the present form alone, so that a node that starts anew closes the same clients as one that saw the document while it could be
    // read.
    private static string[] Hints(RegistryItem item) =>
        item.Kind is RegistryKind.Credential or RegistryKind.Approval or RegistryKind.Review or RegistryKind.TaskGrant
        && EntityReader.GuessClient(item.Json) is { } client
            ? [client]
            : [];

    private void Link(DocumentKey key, StoredDocument stored)
    {
        foreach (var hint in stored.ClientHints)
        {
            _unreadableOfClient.Add(hint, stored.Problem!.Path);
        }

        if (stored.Problem is { IsNotUnderstood: true } newer)
        {
            _notUnderstood.Add(newer.Path);
        }

        Relink(key, stored.Entity ?? stored.Shadow, add: true);
    }

    private void Unlink(DocumentKey key, StoredDocument stored)
    {
        foreach (var hint in stored.ClientHints)
        {
            _unreadableOfClient.Remove(hint, stored.Problem!.Path);
        }

        if (stored.Problem is { IsNotUnderstood: true } newer)
        {
            _notUnderstood.Remove(newer.Path);
        }

        Relink(key, stored.Entity ?? stored.Shadow, add: false);
    }

    private void Relink(DocumentKey key, IRegistryEntity? entity, bool add)
    {
        switch (entity)
        {
            case UseCase useCase:
                foreach (var reference in ReferencesOf(useCase))
                {
                    Change(_useCasesNaming, reference, key.Id, add);
                }

                break;
            case Client client:
                Change(_clientsOfUseCase, client.UseCase, key.Id, add);
                break;
            default:
                if (ClientOf(entity) is { } owner)
                {
                    Change(_ofClient, new DocumentKey(key.Kind, owner), key.Id, add);
                }

                if (entity is Credential credential && KeyOf(credential) is { } credentialKey)
                {
                    Change(_credentialsByKey, credentialKey, key.Id, add);
                }

                break;
        }
    }

    private static void Change<TKey>(ReverseIndex<TKey> index, TKey key, string id, bool add)
        where TKey : notnull
    {
        if (add)
        {
            index.Add(key, id);
        }
        else
        {
            index.Remove(key, id);
        }
    }

    /// <summary>What a use case refers to.</summary>
    internal static IEnumerable<DocumentKey> ReferencesOf(UseCase useCase)
    {
        yield return new DocumentKey(RegistryKind.Organization, useCase.Organization);
        if (useCase.Agreement is not null)
        {
            yield return new DocumentKey(RegistryKind.Agreement, useCase.Agreement);
        }

        foreach (var grant in useCase.Grants)
        {
            if (grant.Patients?.Roster is { } roster)
            {
                yield return new DocumentKey(RegistryKind.Roster, roster);
            }
        }
    }

    // Called before unlinking the old form and after linking the new: whoever either touches is stale.
    private void Mark(DocumentKey key, StoredDocument stored, StaleDocuments stale)
    {
        stale.Clients.UnionWith(stored.ClientHints);
        switch (key.Kind)
        {
            case RegistryKind.Organization or RegistryKind.Agreement or RegistryKind.Roster:
                stale.UseCases.UnionWith(_useCasesNaming.Of(key));
                break;
            case RegistryKind.UseCase:
                stale.UseCases.Add(key.Id);
                break;
            case RegistryKind.Client:
                stale.Clients.Add(key.Id);
                foreach (var credential in OfClient<Credential>(RegistryKind.Credential, key.Id).Concat(ShadowsOf(key.Id)))
                {
                    MarkSharers(credential, stale);
                }

                break;
            default:
                if (ClientOf(stored.Entity) is { } owner)
                {
                    stale.Clients.Add(owner);
                }

                if ((stored.Entity ?? stored.Shadow) is Credential changed)
                {
                    MarkSharers(changed, stale);
                }

                break;
        }
    }

    private void MarkSharers(Credential credential, StaleDocuments stale)
    {
        if (KeyOf(credential) is not { } key)
        {
            return;
        }

        foreach (var id in _credentialsByKey.Of(key))
        {
            if (Find(RegistryKind.Credential, id) is Credential other)
            {
                stale.Clients.Add(other.Client);
            }
        }
    }
}

/// <summary>The kind and id by which the builder finds a document.</summary>
internal readonly record struct DocumentKey(RegistryKind Kind, string Id);

/// <summary>One document as last loaded; entity and problem are both null for a tombstone.</summary>
/// <param name="Revision">Its revision.</param>
/// <param name="Entity">What it says.</param>
/// <param name="Problem">Why it cannot be read.</param>
/// <param name="ClientHints">Clients an unreadable document seems to belong to.</param>
/// <param name="Shadow">What a credential that is not understood is recognised by; closed, whatever else it says.</param>
internal sealed record StoredDocument(
    long Revision,
    IRegistryEntity? Entity,
    RegistryProblem? Problem,
    string[] ClientHints,
    Credential? Shadow
)
{
    /// <summary>The stored form of a document that cannot be read; null: <see cref="Entity"/> says all of it.</summary>
    internal string? Raw { get; init; }
}

/// <summary>Collects the ids of use cases and clients that must be compiled anew after a load.</summary>
internal sealed class StaleDocuments
{
    internal HashSet<string> UseCases { get; } = new(StringComparer.Ordinal);

    internal HashSet<string> Clients { get; } = new(StringComparer.Ordinal);
}
