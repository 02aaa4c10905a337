using System.Buffers;
using System.Text.Json;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Exports;

/// <summary>
/// Writes the manifest of a finished export anew: the files of released types under our own names, nothing else of the upstream's words.
/// </summary>
/// <remarks>
/// Counts are left out, since they count what the filter withholds; error files too, since their texts can hold anything.
/// </remarks>
internal static class ExportManifest
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    private static readonly SearchValues<char> InInstant = SearchValues.Create("0123456789-:.TZ+");

    /// <summary>False when it cannot be read, or names a file that has no name on this side.</summary>
    public static bool TryRewrite(ReadOnlyMemory<byte> upstream, GatewayExchange exchange, HandleIssuer handles, IBufferWriter<byte> output)
    {
        try
        {
            using var document = JsonDocument.Parse(upstream, Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object && TryWrite(document.RootElement, exchange, handles, output);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Not JSON, or text that is no text: a lone surrogate in an escape.
            return false;
        }
    }

    private static bool TryWrite(JsonElement manifest, GatewayExchange exchange, HandleIssuer handles, IBufferWriter<byte> output)
    {
        if (
            TextOf(manifest, "transactionTime") is not { Length: >= 10 and <= 40 } time
            || time.AsSpan().ContainsAnyExcept(InInstant)
            || !manifest.TryGetProperty("output", out var files)
            || files.ValueKind != JsonValueKind.Array
        )
        {
            return false;
        }

        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("transactionTime", time);
        json.WriteString("request", RequestOf(exchange));
        json.WriteBoolean("requiresAccessToken", true);
        json.WriteStartArray("output");
        foreach (var file in files.EnumerateArray())
        {
            if (
                file.ValueKind != JsonValueKind.Object
                || !ResourceType.TryParse(TextOf(file, "type") ?? string.Empty, out var type)
                || TextOf(file, "url") is not { } url
            )
            {
                return false;
            }

            if (!exchange.Permit.Release.Types.Contains(type))
            {
                continue;
            }

            if (handles.Issue(exchange, HandleKind.File, url) is not { } ours)
            {
                return false;
            }

            json.WriteStartObject();
            json.WriteString("type", type.Name);
            json.WriteString("url", ours);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("error");
        json.WriteEndArray();
        json.WriteEndObject();
        return true;
    }

    private static string RequestOf(GatewayExchange exchange)
    {
        var route = exchange.Ingressed.Route;
        return string.Concat(
            route.Language.GatewayBase.AsSpan(0, route.Language.GatewayBase.Length - route.Base.Length),
            exchange.Understood.Handle.Original.Target
        );
    }

    private static string? TextOf(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
