using System.Security.Cryptography;
using System.Text;
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
        foreach (var document in file.Documents)
        {
            var json = (JsonObject)document.Json.DeepClone();
            Complete(document.Kind, json, file, set);
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

    // What the file leaves out because it follows from something else in it.
    private static void Complete(RegistryKind kind, JsonObject json, RegistryFile file, WorkingSet set)
    {
        switch (kind)
        {
            case RegistryKind.UseCase when !json.ContainsKey("organization"):
                SetFrom(json, "organization", Lookup(file, set, RegistryKind.Agreement, json["agreement"], "organization"));
                break;
            case RegistryKind.Client when !json.ContainsKey("environment"):
                SetFrom(json, "environment", Lookup(file, set, RegistryKind.UseCase, json["useCase"], "environment"));
                break;
            case RegistryKind.Credential when !json.ContainsKey("id"):
                SetFrom(json, "id", CredentialId(json, set));
                break;
            default:
                break;
        }
    }

    private static void SetFrom(JsonObject json, string member, string? value)
    {
        if (value is not null)
        {
            json[member] = value;
        }
    }

    private static string? Lookup(RegistryFile file, WorkingSet set, RegistryKind kind, JsonNode? reference, string member)
    {
        if (reference is not JsonValue value || !value.TryGetValue<string>(out var id))
        {
            return null;
        }

        var json = file.Find(kind, id)?.Json ?? (set.Find(kind, id) is { } found ? JsonNode.Parse(found.Item.Json) as JsonObject : null);
        return json?[member] is JsonValue text && text.TryGetValue<string>(out var result) ? result : null;
    }

    // A credential without an id is known by how it proves itself; the same one keeps its id, a new one gets one that every run gives
    // again.
    private static string? CredentialId(JsonObject json, WorkingSet set)
    {
        var client = Text(json, "client");
        if (client is null)
        {
            return null;
        }

        var proof = (Text(json, "kind") ?? "oidc-client", Text(json, "issuer"), Text(json, "clientId"), Text(json, "thumbprint"));
        var known = set.CredentialsOf(client)
            .FirstOrDefault(credential =>
                (
                    JsonNamingPolicy.KebabCaseLower.ConvertName(credential.Kind.ToString()),
                    credential.Issuer,
                    credential.ClientId,
                    credential.Thumbprint
                ).Equals(proof)
            );
        if (known is not null)
        {
            return known.Id;
        }

        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', proof.Item1, proof.Item2, proof.Item3, proof.Item4)));
        return $"{(client.Length <= 110 ? client : client[..110])}.{Convert.ToHexStringLower(digest.AsSpan(0, 4))}";
    }

    private static string? Text(JsonObject json, string member) =>
        json[member] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

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
