using System.Text.Json;
using PhiGateway.Fhir.Json;

namespace PhiGateway.Fhir.Requests.Forwarding;

/// <summary>
/// Writes what a transaction says of itself beside its entries: the profiles that it keeps to (IHE MHD tells a server by them which rules
/// hold), and what a server knows it again by. Used where a transaction is written anew.
/// </summary>
/// <remarks>
/// Tags and labels of the Bundle are of nothing that is stored, and on a shared backend a tag says whose tenant's something is; a signature is
/// of bytes that are no more. Those stay here, and so does what is no plain text.
/// </remarks>
internal static class BundleHead
{
    private const int MostProfiles = 32;

    private static readonly string[] Texts = ["id", "language", "timestamp"];
    private static readonly string[] OfIdentifier = ["use", "system", "value"];

    internal static void Write(Utf8JsonWriter json, ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
        {
            return;
        }

        using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 1000 });
        var bundle = document.RootElement;
        foreach (var name in Texts)
        {
            WriteText(json, bundle, name);
        }

        if (bundle.TryGetProperty("meta", out var meta) && meta.ValueKind == JsonValueKind.Object)
        {
            WriteMeta(json, meta);
        }

        if (bundle.TryGetProperty("identifier", out var identifier) && identifier.ValueKind == JsonValueKind.Object)
        {
            json.WriteStartObject("identifier");
            foreach (var name in OfIdentifier)
            {
                WriteText(json, identifier, name);
            }

            json.WriteEndObject();
        }
    }

    private static void WriteMeta(Utf8JsonWriter json, JsonElement meta)
    {
        string[] profiles =
        [
            .. StrictJson
                .Items(meta, "profile")
                .Where(static item => item.ValueKind == JsonValueKind.String)
                .Select(static item => item.GetString()!)
                .Take(MostProfiles),
        ];
        if (profiles.Length == 0 && StrictJson.Text(meta, "source") is null)
        {
            return;
        }

        json.WriteStartObject("meta");
        WriteText(json, meta, "source");
        if (profiles.Length > 0)
        {
            json.WriteStartArray("profile");
            foreach (var profile in profiles)
            {
                json.WriteStringValue(profile);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, JsonElement from, string name)
    {
        if (StrictJson.Text(from, name) is { } text)
        {
            json.WriteString(name, text);
        }
    }
}
