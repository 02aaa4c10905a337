using System.Text.Json.Nodes;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Tests.Policy.Cases;

/// <summary>
/// A registry as the cases write it: documents by kind, an approval's fingerprint <c>current</c> means "as things stand".
/// </summary>
internal sealed class CaseRegistry(JsonObject root)
{
    private static readonly RegistryKind[] Kinds =
    [
        RegistryKind.Organization,
        RegistryKind.Agreement,
        RegistryKind.UseCase,
        RegistryKind.Client,
        RegistryKind.Credential,
        RegistryKind.Roster,
        RegistryKind.TaskGrant,
        RegistryKind.Approval,
        RegistryKind.Review,
    ];

    internal static CaseRegistry Read(string name) =>
        new(YamlJson.ReadFile(Path.Combine(CaseFiles.Directory, "registries", name + ".yaml")));

    /// <summary>Merges members into documents, keyed <c>clients/id</c>; null removes the document, an unknown id adds one.</summary>
    internal void Merge(JsonObject? changes)
    {
        foreach (var (path, change) in changes ?? [])
        {
            var slash = path.IndexOf('/', StringComparison.Ordinal);
            var (kind, id) = (path[..slash], path[(slash + 1)..]);
            var list = (root[kind] ??= new JsonArray()).AsArray();
            var there = list.FirstOrDefault(item => item!["id"]!.GetValue<string>() == id)?.AsObject();
            if (change is null)
            {
                list.Remove(there);
                continue;
            }

            if (there is null)
            {
                list.Add(there = new JsonObject { ["id"] = id });
            }

            foreach (var (name, value) in change.AsObject())
            {
                there[name] = value?.DeepClone();
            }
        }
    }

    /// <summary>Writes the fingerprint of the moment into every approval that says <c>current</c>.</summary>
    internal void Approve()
    {
        var snapshot = Build([]);
        foreach (var approval in root["approvals"]?.AsArray() ?? [])
        {
            if (approval!["fingerprint"]!.GetValue<string>() == "current")
            {
                approval["fingerprint"] = snapshot.FindClientById(approval["client"]!.GetValue<string>())?.Fingerprint ?? "none";
            }
        }
    }

    internal RegistrySnapshot Build(IReadOnlyList<Revocation> revocations) => new RegistrySnapshotBuilder().Rebuild(Changes(revocations));

    internal RegistryChanges Changes(IReadOnlyList<Revocation> revocations)
    {
        var items = new List<RegistryItem>();
        foreach (var kind in Kinds)
        {
            foreach (var document in root[RegistryPaths.Of(kind)]?.AsArray() ?? [])
            {
                items.Add(
                    new RegistryItem(kind, document!["id"]!.GetValue<string>(), 1, 1, document.ToJsonString(), default, "case", false)
                );
            }
        }

        var members = (root["members"]?.AsArray() ?? []).Select(static member => new RosterMemberChange(
            new RosterMember(
                member!["roster"]!.GetValue<string>(),
                PatientId.Parse(member["patient"]!.GetValue<string>()),
                CaseFiles.Moment(member["from"]),
                CaseFiles.Moment(member["until"])
            ),
            false
        ));
        return new RegistryChanges(1, items, [.. members], revocations);
    }
}
