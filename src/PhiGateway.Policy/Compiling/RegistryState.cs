using PhiGateway.Policy.Collections;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Compiling;

/// <summary>The builder's working copy: documents, what is compiled from them, and the maps that snapshots share.</summary>
/// <param name="time">The clock, by which revocations of single tokens end; null: nothing ends.</param>
internal sealed class RegistryState(TimeProvider? time = null)
{
    private readonly RegistryDocuments _documents = new();
    private readonly Dictionary<string, UseCaseEntry> _useCases = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PersistentMapEditor<PatientId, MemberWindow>> _members = new(StringComparer.Ordinal);
    private readonly PersistentMapEditor<string, ClientEntry> _clients = new();
    private readonly PersistentMapEditor<CredentialKey, CredentialBinding> _byCredential = new();
    private readonly PersistentMapEditor<string, RosterMembers> _rosters = new();
    private readonly PersistentMapEditor<string, RegistryProblem[]> _problems = new();
    private readonly RevocationEditor _revocations = new(time);
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<(RegistryKind Kind, string Id), (long Revision, bool Deleted)> _unknown = [];

    // How many of each kind are not deleted: at an upgrade there may be very many.
    private readonly Dictionary<RegistryKind, int> _unknownLive = [];
    private int _memberCount;
    private readonly Dictionary<string, IReadOnlyList<TokenValue>> _hintedLabels = new(StringComparer.Ordinal);
    private KnownLabels _labels = KnownLabels.None;

    /// <summary>Applies changes and publishes.</summary>
    internal RegistrySnapshot Apply(RegistryChanges changes)
    {
        var stale = new StaleDocuments();
        foreach (var item in changes.Items)
        {
            TakeItem(item, stale);
        }

        CompileUseCases(stale);
        foreach (var client in stale.Clients)
        {
            CompileClient(client);
        }

        TakeMembers(changes.Members);
        foreach (var revocation in changes.Revocations)
        {
            if (_revocations.Take(revocation) is { } problem)
            {
                _problems.Set(problem.Path, [problem]);
            }
        }

        _revocations.DropEnded();
        var notUnderstood = FindNotUnderstood();
        return new RegistrySnapshot
        {
            NotUnderstood = notUnderstood,
            Revision = changes.Revision,
            Clients = _clients.Publish(),
            ByCredential = _byCredential.Publish(),
            Rosters = _rosters.Publish(),
            Labels = _labels,
            MemberCount = _memberCount,
            Revocations = _revocations.Publish(),
            ProblemsBySource = _problems.Publish(),
        };
    }

    /// <summary>What is held beside that snapshot, which is the last that this gave.</summary>
    internal RegistryCopy Copy(RegistrySnapshot snapshot) => new(snapshot, _documents.Copy(), [.. _unknown]);

    private void TakeItem(RegistryItem item, StaleDocuments stale)
    {
        // Alerts, admin keys and what only describes govern no traffic.
        if (item.Kind is RegistryKind.Alert or RegistryKind.AdminKey || (int)item.Kind >= RegistryKinds.FirstThatDescribes)
        {
            return;
        }

        if (!Enum.IsDefined(item.Kind))
        {
            TakeUnknownKind(item);
            return;
        }

        _documents.Take(item, stale);
        var problem = _documents.FindProblem(item.Kind, item.Id);
        Report($"document/{item.Kind}/{item.Id}", problem is null ? [] : [problem]);
    }

    // An unknown kind below those that describe governs, and whom, nobody here can say.
    private void TakeUnknownKind(RegistryItem item)
    {
        var path = $"unknown/{(int)item.Kind}";
        var key = (item.Kind, item.Id);
        if (_unknown.TryGetValue(key, out var known) && known.Revision >= item.Revision)
        {
            return;
        }

        var before = _unknown.ContainsKey(key) && !known.Deleted ? 1 : 0;
        _unknown[key] = (item.Revision, item.Deleted);
        var live = _unknownLive.GetValueOrDefault(item.Kind) - before + (item.Deleted ? 0 : 1);
        _unknownLive[item.Kind] = live;
        Report(
            path,
            live > 0
                ?
                [
                    RegistryProblem.NotUnderstood(
                        path,
                        "Documents of this kind are of a newer version, and whom they concern cannot be said: nobody is served. Upgrade this node."
                    ),
                ]
                : []
        );
    }

    private string? FindNotUnderstood()
    {
        var revocations = _revocations
            .NotUnderstood.Order(StringComparer.Ordinal)
            .Select(static id => RegistryId.IsValid(id) ? "revocations/" + id : "revocations/?")
            .ToList();
        Report(
            "revocations",
            revocations.ConvertAll(static path =>
                RegistryProblem.NotUnderstood(
                    path,
                    "The revocation is of a sort that this version does not know, and whom it "
                        + "concerns cannot be said: nobody is served. Upgrade this node, or lift it."
                )
            )
        );
        return revocations.Count > 0
            ? revocations[0]
            : _unknownLive
                .Where(static pair => pair.Value > 0)
                .Select(static pair => $"unknown/{(int)pair.Key}")
                .Order(StringComparer.Ordinal)
                .FirstOrDefault();
    }

    private void Report(string source, List<RegistryProblem> problems)
    {
        if (problems.Count > 0)
        {
            _problems.Set(source, [.. problems]);
        }
        else
        {
            _problems.Remove(source);
        }
    }

    private void CompileUseCases(StaleDocuments stale)
    {
        foreach (var id in stale.UseCases)
        {
            var problems = new List<RegistryProblem>();
            _hintedLabels.Remove(id);
            if (_documents.Find(RegistryKind.UseCase, id) is UseCase useCase)
            {
                _useCases[id] = UseCaseCompiler.Compile(useCase, _documents, problems);
            }
            else
            {
                _useCases.Remove(id);
                if (_documents.FindUnreadable(RegistryKind.UseCase, id) is { } unreadable)
                {
                    _hintedLabels[id] = LabelHints.Of(unreadable);
                }
            }

            Report("use-case/" + id, problems);
            stale.Clients.UnionWith(_documents.ClientsOfUseCase(id));
        }

        if (stale.UseCases.Count > 0)
        {
            _labels = KnownLabels.Of(
                _useCases
                    .Values.SelectMany(static useCase => useCase.Grants)
                    .SelectMany(static grant => grant.Labels)
                    .Concat(_hintedLabels.Values.SelectMany(static labels => labels))
            );
        }
    }

    private void CompileClient(string id)
    {
        var problems = new List<RegistryProblem>();
        var credentials = _documents.OfClient<Credential>(RegistryKind.Credential, id);
        _clients.TryGet(id, out var old);
        if (FindClient(id) is not { } client)
        {
            foreach (var credential in credentials)
            {
                problems.Add(
                    new RegistryProblem(RegistryPaths.Of(RegistryKind.Credential, credential.Id) + "/client", "There is no such client.")
                );
            }

            _clients.Remove(id);
            Rebind(old, null);
        }
        else
        {
            _useCases.TryGetValue(client.UseCase, out var useCase);
            var entry = ClientCompiler.Compile(
                new ClientSources
                {
                    Client = client,
                    UseCase = useCase,
                    Unreadable =
                        _documents.FindProblem(RegistryKind.Client, id)?.Path
                        ?? _documents.UnreadableOf(id).Order(StringComparer.Ordinal).FirstOrDefault(),
                    NotUnderstood = _documents.FindNotUnderstood(id),
                    Credentials =
                    [
                        .. credentials.ConvertAll(credential => CompileCredential(credential, problems)),
                        .. _documents
                            .ShadowsOf(id)
                            .ConvertAll(static shadow => new CredentialEntry(
                                shadow,
                                RegistryPaths.Of(RegistryKind.Credential, shadow.Id),
                                notUnderstood: true
                            )),
                    ],
                    Approvals = _documents.OfClient<Approval>(RegistryKind.Approval, id),
                    Reviews = _documents.OfClient<Review>(RegistryKind.Review, id),
                    Tasks = _documents.OfClient<TaskGrant>(RegistryKind.TaskGrant, id),
                },
                problems
            );
            _clients.Set(id, entry);
            Rebind(old, entry);
        }

        Report("client/" + id, problems);
    }

    // A client that is there but cannot be read still gets an entry, so that it is refused as a contradiction and not as a stranger.
    private Client? FindClient(string id) =>
        _documents.Find(RegistryKind.Client, id) as Client
        ?? (
            _documents.FindProblem(RegistryKind.Client, id) is null
                ? null
                : new Client
                {
                    Id = id,
                    UseCase = string.Empty,
                    Owner = string.Empty,
                    Environment = string.Empty,
                }
        );

    private CredentialEntry CompileCredential(Credential credential, List<RegistryProblem> problems)
    {
        var path = RegistryPaths.Of(RegistryKind.Credential, credential.Id);
        if (RegistryDocuments.KeyOf(credential) is not { } key)
        {
            if (credential.Kind != CredentialKind.OidcClient)
            {
                return new CredentialEntry(credential, null);
            }

            problems.Add(new RegistryProblem(path + "/clientId", "A credential of this kind names its issuer and client id."));
            return new CredentialEntry(credential, path + "/clientId");
        }

        if (_documents.CredentialsWith(key).Count() == 1)
        {
            return new CredentialEntry(credential, null);
        }

        var member = $"{path}/{CredentialIdentity.MemberOf(credential)}";
        problems.Add(new RegistryProblem(member, CredentialIdentity.WordsOf(credential)));
        return new CredentialEntry(credential, member);
    }

    private void Rebind(ClientEntry? old, ClientEntry? entry)
    {
        foreach (var credential in old?.CompiledCredentials ?? [])
        {
            if (
                RegistryDocuments.KeyOf(credential.Credential) is { } key
                && _byCredential.TryGet(key, out var bound)
                && bound.Client.Client.Id == old!.Client.Id
            )
            {
                _byCredential.Remove(key);
            }
        }

        foreach (var credential in entry?.CompiledCredentials ?? [])
        {
            if (RegistryDocuments.KeyOf(credential.Credential) is { } key && IsFirstHolder(key, entry!.Client.Id))
            {
                _byCredential.Set(key with { Issuer = Pooled(key.Issuer) }, new CredentialBinding(entry, credential));
            }
        }
    }

    // Issuers are few and stand in every key: one text for all keeps the look-up in the cache.
    private string Pooled(string text) => _texts.TryGetValue(text, out var pooled) ? pooled : _texts[text] = text;

    // Of several clients that hold the same credential the first by id is found, and refused: its credential is a contradiction.
    private bool IsFirstHolder(CredentialKey key, string client)
    {
        foreach (var id in _documents.CredentialsWith(key))
        {
            if (
                _documents.Find(RegistryKind.Credential, id) is Credential other
                && string.CompareOrdinal(other.Client, client) < 0
                && FindClient(other.Client) is not null
            )
            {
                return false;
            }
        }

        return true;
    }

    private void TakeMembers(IReadOnlyList<RosterMemberChange> changes)
    {
        if (changes.Count == 0)
        {
            return;
        }

        var touched = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (member, removed) in changes)
        {
            if (member.Patient.Value is null)
            {
                continue;
            }

            if (!_members.TryGetValue(member.Roster, out var editor))
            {
                _members.Add(member.Roster, editor = new PersistentMapEditor<PatientId, MemberWindow>());
            }

            var before = editor.Count;
            if (removed)
            {
                editor.Remove(member.Patient);
            }
            else
            {
                editor.Set(member.Patient, MemberWindow.Of(member.From, member.Until));
            }

            _memberCount += editor.Count - before;
            touched.Add(member.Roster);
        }

        foreach (var roster in touched)
        {
            _rosters.Set(roster, new RosterMembers(_members[roster].Publish()));
        }
    }
}
