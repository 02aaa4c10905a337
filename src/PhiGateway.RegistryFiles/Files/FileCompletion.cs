using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.RegistryFiles.Files;

/// <summary>Puts into a document of a file what the file leaves out because it follows from something else in it; made for one plan.</summary>
/// <remarks>Whatever is looked up is looked up once: a file in which everything hangs on one thing stays linear.</remarks>
/// <param name="file">The file.</param>
/// <param name="set">The registry as it is.</param>
internal sealed class FileCompletion(RegistryFile file, WorkingSet set)
{
    private readonly Dictionary<(RegistryKind Kind, string Id, string Member), string?> _members = [];
    private readonly Dictionary<string, Dictionary<ProvenBy, string>> _credentials = new(StringComparer.Ordinal);

    /// <summary>Completes one document.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="json">Its members.</param>
    public void Complete(RegistryKind kind, JsonObject json)
    {
        switch (kind)
        {
            case RegistryKind.UseCase when !json.ContainsKey("organization"):
                SetFrom(json, "organization", Lookup(RegistryKind.Agreement, json["agreement"], "organization"));
                break;
            case RegistryKind.Client when !json.ContainsKey("environment"):
                SetFrom(json, "environment", Lookup(RegistryKind.UseCase, json["useCase"], "environment"));
                break;
            case RegistryKind.Credential when !json.ContainsKey("id"):
                SetFrom(json, "id", CredentialId(json));
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

    private string? Lookup(RegistryKind kind, JsonNode? reference, string member)
    {
        if (reference is not JsonValue value || !value.TryGetValue<string>(out var id))
        {
            return null;
        }

        if (!_members.TryGetValue((kind, id, member), out var known))
        {
            var json =
                file.Find(kind, id)?.Json ?? (set.Find(kind, id) is { } found ? JsonNode.Parse(found.Item.Json) as JsonObject : null);
            known = json?[member] is JsonValue text && text.TryGetValue<string>(out var result) ? result : null;
            _members.Add((kind, id, member), known);
        }

        return known;
    }

    // A credential without an id is known by how it proves itself; the same one keeps its id, a new one gets one that every run gives
    // again.
    private string? CredentialId(JsonObject json)
    {
        if (Text(json, "client") is not { } client)
        {
            return null;
        }

        var proof = new ProvenBy(
            Text(json, "kind") ?? "oidc-client",
            Text(json, "issuer"),
            Text(json, "clientId"),
            Text(json, "thumbprint")
        );
        if (ProofsOf(client).TryGetValue(proof, out var known))
        {
            return known;
        }

        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', proof.Kind, proof.Issuer, proof.ClientId, proof.Thumbprint)));
        return $"{(client.Length <= 110 ? client : client[..110])}.{Convert.ToHexStringLower(digest.AsSpan(0, 4))}";
    }

    // Of several that prove themselves alike the first counts.
    private Dictionary<ProvenBy, string> ProofsOf(string client)
    {
        if (!_credentials.TryGetValue(client, out var proofs))
        {
            _credentials[client] = proofs = [];
            foreach (var credential in set.CredentialsOf(client))
            {
                proofs.TryAdd(
                    new ProvenBy(
                        JsonNamingPolicy.KebabCaseLower.ConvertName(credential.Kind.ToString()),
                        credential.Issuer,
                        credential.ClientId,
                        credential.Thumbprint
                    ),
                    credential.Id
                );
            }
        }

        return proofs;
    }

    private static string? Text(JsonObject json, string member) =>
        json[member] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private readonly record struct ProvenBy(string Kind, string? Issuer, string? ClientId, string? Thumbprint);
}
