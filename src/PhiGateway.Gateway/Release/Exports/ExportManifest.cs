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
/// Counts are left out, since they count what the filter withholds, and so are files of which nothing may leave: that there is one would
/// tell that a withheld record matched. What has no name on this side is left out and spoken of.
/// </remarks>
internal static class ExportManifest
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    private static readonly SearchValues<char> InInstant = SearchValues.Create("0123456789-:.TZ+");

    /// <summary>The upstream's addresses of the files of records and deletions that it names; empty when it cannot be read.</summary>
    /// <param name="upstream">The upstream's manifest.</param>
    /// <param name="exchange">The poll; its permit says which types are released.</param>
    public static IReadOnlyCollection<string> FilesOf(ReadOnlyMemory<byte> upstream, GatewayExchange exchange)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(ByteOrderMark.Skip(upstream), Strict);
            foreach (var list in (ReadOnlySpan<string>)["output", "deleted"])
            {
                var files = document.RootElement.ValueKind == JsonValueKind.Object ? ListOf(document.RootElement, list) : default;
                foreach (var file in files.ValueKind == JsonValueKind.Array ? files.EnumerateArray() : default)
                {
                    if (
                        file.ValueKind == JsonValueKind.Object
                        && TextOf(file, "url") is { } url
                        && ResourceType.TryParse(TextOf(file, "type") ?? string.Empty, out var type)
                        && (list == "deleted" || exchange.Permit.Release.Types.Contains(type))
                    )
                    {
                        found.Add(url);
                    }
                }
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            found.Clear();
        }

        return found;
    }

    /// <summary>False when it cannot be read.</summary>
    /// <param name="upstream">The upstream's manifest.</param>
    /// <param name="exchange">The poll.</param>
    /// <param name="handles">Makes our own names.</param>
    /// <param name="empty">Files of which nothing may leave: they are not named.</param>
    /// <param name="output">Receives the manifest.</param>
    public static bool TryRewrite(
        ReadOnlyMemory<byte> upstream,
        GatewayExchange exchange,
        HandleIssuer handles,
        IReadOnlySet<string> empty,
        IBufferWriter<byte> output
    )
    {
        try
        {
            using var document = JsonDocument.Parse(ByteOrderMark.Skip(upstream), Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && TryWrite(document.RootElement, exchange, handles, empty, output);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Not JSON, or text that is no text: a lone surrogate in an escape.
            return false;
        }
    }

    private static bool TryWrite(
        JsonElement manifest,
        GatewayExchange exchange,
        HandleIssuer handles,
        IReadOnlySet<string> empty,
        IBufferWriter<byte> output
    )
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
        WriteFiles(json, "output", files, exchange, handles, empty);
        WriteFiles(json, "deleted", ListOf(manifest, "deleted"), exchange, handles, empty);
        WriteFiles(json, "error", ListOf(manifest, "error"), exchange, handles, empty);
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
    private static void WriteFiles(
        Utf8JsonWriter json,
        string list,
        JsonElement files,
        GatewayExchange exchange,
        HandleIssuer handles,
        IReadOnlySet<string> empty
    )
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

            if (empty.Contains(url) || (list == "output" && !exchange.Permit.Release.Types.Contains(type)))
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
