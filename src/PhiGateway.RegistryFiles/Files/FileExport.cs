using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.RegistryFiles.Files;

/// <summary>Writes the registry as a file that applies to no changes: documents without states, confirmations and evidence.</summary>
public static class FileExport
{
    private static readonly ConditionalWeakTable<WorkingSet, string> Tags = [];

    /// <summary>The whole registry in the sections of a file.</summary>
    public static JsonObject Write(WorkingSet set)
    {
        var root = new JsonObject();
        foreach (var (section, kind) in RegistryFile.Sections)
        {
            if (kind == RegistryKind.Credential)
            {
                continue;
            }

            var list = new JsonArray();
            foreach (var item in set.Kind(kind).Values)
            {
                list.Add(Document(set, kind, item));
            }

            root[section] = list;
        }

        return root;
    }

    /// <summary>Some documents in the sections of a file, each by itself: credentials too have their own section.</summary>
    /// <param name="set">The registry.</param>
    /// <param name="includes">Which of them.</param>
    public static JsonObject Write(WorkingSet set, Func<RegistryKind, string, bool> includes)
    {
        var root = new JsonObject();
        foreach (var (section, kind) in RegistryFile.Sections)
        {
            var list = new JsonArray();
            foreach (var (id, item) in set.Kind(kind))
            {
                if (includes(kind, id))
                {
                    list.Add(Plain(kind, item));
                }
            }

            if (list.Count > 0)
            {
                root[section] = list;
            }
        }

        return root;
    }

    /// <summary>Strong tag of the whole set as it would be exported: memberships and states do not move it.</summary>
    public static string ETag(WorkingSet set) =>
        Tags.GetValue(
            set,
            static found =>
                $"\"{Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(Write(found))).AsSpan(0, 16))}\""
        );

    private static JsonObject Plain(RegistryKind kind, WorkingItem item)
    {
        var json = StoredBody.WithoutNotes(item.Item.Json);
        foreach (var member in ManagedMembers.Of(kind))
        {
            json.Remove(member);
        }

        RemoveEmpty(json);
        return json;
    }

    private static JsonObject Document(WorkingSet set, RegistryKind kind, WorkingItem item)
    {
        var json = Plain(kind, item);
        if (kind == RegistryKind.Client)
        {
            var credentials = new JsonArray();
            foreach (var credential in set.CredentialsOf(item.Item.Id))
            {
                var nested = (JsonObject)JsonSerializer.SerializeToNode(credential, RegistryJson.Options)!;
                nested.Remove("client");
                credentials.Add(nested);
            }

            if (credentials.Count > 0)
            {
                json["credentials"] = credentials;
            }
        }

        return json;
    }

    // An empty list says the same as none: every list of the registry is empty by default.
    private static void RemoveEmpty(JsonObject json)
    {
        foreach (var (name, value) in json.ToList())
        {
            if (value is JsonArray { Count: 0 } or JsonObject { Count: 0 })
            {
                json.Remove(name);
            }
            else if (value is JsonArray list)
            {
                foreach (var entry in list.OfType<JsonObject>())
                {
                    RemoveEmpty(entry);
                }
            }
        }
    }
}
