using System.Buffers;
using System.Text.Json;
using PhiGateway.Fhir.Json;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Exports;

/// <summary>
/// Writes the manifest of a finished export anew: files of released types, deletions, errors and the next part under our own names, nothing
/// else of the upstream's words.
/// </summary>
/// <remarks>
/// Counts are left out, since they count what the filter withholds. What has no name on this side is left out and spoken of.
/// </remarks>
internal static class ExportManifest
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    private static readonly SearchValues<char> InInstant = SearchValues.Create("0123456789-:.TZ+");

    /// <summary>False when it cannot be read.</summary>
    public static bool TryRewrite(ReadOnlyMemory<byte> upstream, GatewayExchange exchange, HandleIssuer handles, IBufferWriter<byte> output)
    {
        try
        {
            using var document = JsonDocument.Parse(ByteOrderMark.Skip(upstream), Strict);
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
        WriteFiles(json, "output", files, exchange, handles);
        WriteFiles(json, "deleted", ListOf(manifest, "deleted"), exchange, handles);
        WriteFiles(json, "error", ListOf(manifest, "error"), exchange, handles);
        WriteLinks(json, ListOf(manifest, "link"), exchange, handles);
        if (exchange.Disclosure.CannotFollow)
        {
            // Where extensions of a manifest belong (Bulk Data Access 2.0): that something is missing must be seen.
            json.WriteStartObject("extension");
            json.WriteString("incomplete", "The upstream named more than can be reached from here.");
            json.WriteEndObject();
        }

        json.WriteEndObject();
        return true;
    }

    // Of every list what may be asked for: records of released types; deletions and errors, whose lines are judged when they are read.
    private static void WriteFiles(Utf8JsonWriter json, string list, JsonElement files, GatewayExchange exchange, HandleIssuer handles)
    {
        if (files.ValueKind != JsonValueKind.Array && list == "deleted")
        {
            return;
        }

        json.WriteStartArray(list);
        foreach (var file in files.ValueKind == JsonValueKind.Array ? files.EnumerateArray() : default)
        {
            if (
                file.ValueKind != JsonValueKind.Object
                || !ResourceType.TryParse(TextOf(file, "type") ?? string.Empty, out var type)
                || TextOf(file, "url") is not { } url
            )
            {
                exchange.Disclosure.CannotFollow = true;
                continue;
            }

            if (list == "output" && !exchange.Permit.Release.Types.Contains(type))
            {
                continue;
            }

            if (handles.Issue(exchange, HandleKind.File, url) is not { } ours)
            {
                exchange.Disclosure.CannotFollow = true;
                continue;
            }

            json.WriteStartObject();
            json.WriteString("type", type.Name);
            json.WriteString("url", ours);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // A manifest that goes on elsewhere: the next part is a manifest like this one, under a handle of ours.
    private static void WriteLinks(Utf8JsonWriter json, JsonElement links, GatewayExchange exchange, HandleIssuer handles)
    {
        foreach (var link in links.ValueKind == JsonValueKind.Array ? links.EnumerateArray() : default)
        {
            if (link.ValueKind != JsonValueKind.Object || TextOf(link, "relation") != "next")
            {
                continue;
            }

            if (TextOf(link, "url") is not { } url || handles.Issue(exchange, HandleKind.Job, url) is not { } ours)
            {
                exchange.Disclosure.CannotFollow = true;
                continue;
            }

            json.WriteStartArray("link");
            json.WriteStartObject();
            json.WriteString("relation", "next");
            json.WriteString("url", ours);
            json.WriteEndObject();
            json.WriteEndArray();
            return;
        }
    }

    private static JsonElement ListOf(JsonElement manifest, string name) => manifest.TryGetProperty(name, out var list) ? list : default;

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
