using System.Text.Json;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Policy.Compiling;

/// <summary>
/// What a <see cref="RegistrySnapshotBuilder"/> held at one moment, as far as it governs traffic: taken quickly by whoever builds, and
/// written out as a whole load by anybody, at leisure, while building goes on.
/// </summary>
/// <remarks>A builder that starts over from it comes to the same snapshot; what governs nothing is not in it, nor are revocations.</remarks>
public sealed class RegistryCopy
{
    private readonly RegistrySnapshot _snapshot;
    private readonly List<KeyValuePair<DocumentKey, StoredDocument>> _documents;
    private readonly List<KeyValuePair<(RegistryKind Kind, string Id), (long Revision, bool Deleted)>> _unknown;

    internal RegistryCopy(
        RegistrySnapshot snapshot,
        List<KeyValuePair<DocumentKey, StoredDocument>> documents,
        List<KeyValuePair<(RegistryKind Kind, string Id), (long Revision, bool Deleted)>> unknown
    ) => (_snapshot, _documents, _unknown) = (snapshot, documents, unknown);

    /// <summary>The revision that it stands for.</summary>
    public long Revision => _snapshot.Revision;

    /// <summary>The whole, with these revocations.</summary>
    public RegistryChanges ToChanges(IReadOnlyList<Revocation> revocations)
    {
        var items = new List<RegistryItem>(_documents.Count + _unknown.Count);
        foreach (var (key, stored) in _documents)
        {
            var isGone = stored is { Entity: null, Problem: null };
            items.Add(ItemOf(key.Kind, key.Id, stored.Revision, stored.Raw ?? JsonOf(stored.Entity), isGone));
        }

        foreach (var ((kind, id), (revision, isGone)) in _unknown)
        {
            items.Add(ItemOf(kind, id, revision, "{}", isGone));
        }

        var members = new List<RosterMemberChange>(_snapshot.MemberCount);
        foreach (var (roster, patients) in _snapshot.Rosters.ToList())
        {
            members.AddRange(patients.ToMembers(roster).Select(static member => new RosterMemberChange(member, Removed: false)));
        }

        return new RegistryChanges(Revision, items, members, revocations);
    }

    // Who wrote it and when is the control plane's, which reads the database.
    private static RegistryItem ItemOf(RegistryKind kind, string id, long revision, string json, bool isGone) =>
        new(kind, id, 0, revision, json, DateTimeOffset.UnixEpoch, string.Empty, isGone);

    private static string JsonOf(IRegistryEntity? entity) =>
        entity is null ? "{}" : JsonSerializer.Serialize(entity, entity.GetType(), RegistryJson.Options);
}
