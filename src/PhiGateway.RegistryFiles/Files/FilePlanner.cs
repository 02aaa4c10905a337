using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.RegistryFiles.Files;

/// <summary>Compares a file with the registry and works out the writes between them.</summary>
public static class FilePlanner
{
    /// <summary>The writes between the registry and a file, or everything that is wrong with the file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="set">The registry as it is.</param>
    /// <param name="actor">Who writes.</param>
    /// <param name="prune">Whether what the file does not name is deleted.</param>
    public static Checked<IReadOnlyList<RegistryWrite>> Plan(RegistryFile file, WorkingSet set, string actor, bool prune) =>
        Plan(file, set, actor, (_, _) => prune);

    /// <summary>The same, where of what the file does not name some is deleted.</summary>
    /// <param name="file">The file.</param>
    /// <param name="set">The registry as it is.</param>
    /// <param name="actor">Who writes.</param>
    /// <param name="prunes">Whether a document that the file does not name is deleted.</param>
    public static Checked<IReadOnlyList<RegistryWrite>> Plan(
        RegistryFile file,
        WorkingSet set,
        string actor,
        Func<RegistryKind, string, bool> prunes
    )
    {
        var findings = new List<ProblemPointer>();
        var writes = new List<RegistryWrite>();
        var named = new HashSet<(RegistryKind, string)>();
        var completion = new FileCompletion(file, set);
        foreach (var document in file.Documents)
        {
            var json = (JsonObject)document.Json.DeepClone();
            completion.Complete(document.Kind, json);
            var id = json["id"] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
            var item = id is null ? null : set.Find(document.Kind, id)?.Item;
            var current = item is null ? null : StoredBody.WithoutNotes(item.Json);
            if (DocumentDraft.Read(document.Kind, json, null, current, actor, document.Pointer).Failed(out var refusal, out var draft))
            {
                findings.AddRange(refusal.Findings);
                continue;
            }

            if (
                current is not null
                && draft.Entity is Organization organization
                && OrganizationGuard.Check(current, organization) is { } refused
            )
            {
                findings.AddRange(refused.Findings.Select(error => error with { Pointer = document.Pointer + error.Pointer }));
                continue;
            }

            named.Add((document.Kind, draft.Id));
            if (!Same(document.Kind, item, draft))
            {
                writes.Add(new RegistryWrite(document.Kind, draft.Id, draft.Json, item?.Version ?? 0));
            }
        }

        Prune(set, named, prunes, writes, findings);
        return findings.Count > 0 ? DocumentRefusal.Invalid(findings) : Checked<IReadOnlyList<RegistryWrite>>.From(writes);
    }

    private static bool Same(RegistryKind kind, RegistryItem? item, Draft draft)
    {
        if (item is null)
        {
            return false;
        }

        var type = RegistryJson.TypeOf(kind);

        // Stored text may be older than a default; what it means is compared.
        return StoredBody.Read(item, out _) is { } stored
            && JsonNode.DeepEquals(JsonSerializer.SerializeToNode(stored, type, RegistryJson.Options), JsonNode.Parse(draft.Json));
    }

    private static void Prune(
        WorkingSet set,
        HashSet<(RegistryKind, string)> named,
        Func<RegistryKind, string, bool> prunes,
        List<RegistryWrite> writes,
        List<ProblemPointer> findings
    )
    {
        foreach (var (section, kind) in RegistryFile.Sections)
        {
            foreach (var (id, item) in set.Kind(kind))
            {
                if (!prunes(kind, id) || named.Contains((kind, id)))
                {
                    continue;
                }

                if (item.Entity is Client { Status: not (ClientStatus.Draft or ClientStatus.Archived) })
                {
                    findings.Add(
                        new ProblemPointer(
                            "/" + section,
                            "client-lives",
                            $"client/{id} is not in the file but still lives; revoke and archive it first."
                        )
                    );
                    continue;
                }

                writes.Add(new RegistryWrite(kind, id, null, item.Item.Version));
            }
        }
    }
}
