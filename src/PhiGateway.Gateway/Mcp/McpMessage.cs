using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using PhiGateway.Identity.Common;

namespace PhiGateway.Gateway.Mcp;

/// <summary>
/// What the MCP door reads of a message before anything is done for it: method, tool and arguments, in one reading; and whether the headers
/// that repeat them (MCP 2026-07-28) say the same.
/// </summary>
internal sealed class McpMessage : IDisposable
{
    private const string CallTool = "tools/call";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private readonly JsonDocument _document;

    private McpMessage(JsonDocument document, string method, string? tool)
    {
        _document = document;
        Method = method;
        Tool = tool;
    }

    /// <summary>The JSON-RPC method.</summary>
    public string Method { get; }

    /// <summary>The tool that is called; null: none is.</summary>
    public string? Tool { get; }

    /// <summary>The tool's arguments; an empty object where there are none.</summary>
    public JsonElement Arguments =>
        _document.RootElement.GetProperty("params").TryGetProperty("arguments", out var arguments) ? arguments : Nothing;

    private static JsonElement Nothing { get; } = JsonDocument.Parse("{}").RootElement.Clone();

    /// <summary>Reads one message; null: it is not one message that can be read in one way.</summary>
    public static McpMessage? Read(ReadOnlyMemory<byte> body)
    {
        JsonDocument document;
        try
        {
            document = OneWayJson.Parse(body, Strict);
        }
        catch (JsonException)
        {
            return null;
        }

        var root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Object && TryText(root, "method", out var method))
        {
            if (method != CallTool)
            {
                return new McpMessage(document, method, null);
            }

            if (
                root.TryGetProperty("params", out var given)
                && given.ValueKind == JsonValueKind.Object
                && TryText(given, "name", out var tool)
            )
            {
                return new McpMessage(document, method, tool);
            }
        }

        document.Dispose();
        return null;
    }

    /// <summary>
    /// Whether the headers say what the body says. A header that is not there says nothing; the protocol's library demands it of clients of
    /// the revision that has it. Whoever names a tool in a header names it in the body.
    /// </summary>
    public bool AgreesWith(IHeaderDictionary headers) =>
        Agrees(headers["Mcp-Method"], Method) && (Tool is null ? headers["Mcp-Name"].Count == 0 : Agrees(headers["Mcp-Name"], Tool));

    public void Dispose() => _document.Dispose();

    private static bool Agrees(StringValues header, string body) =>
        header.Count == 0 || (header is [{ } only] && string.Equals(only, body, StringComparison.Ordinal));

    private static bool TryText(JsonElement holder, string name, out string text)
    {
        text = string.Empty;
        if (!holder.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        try
        {
            text = value.GetString() ?? string.Empty;
        }
        catch (InvalidOperationException)
        {
            return false;
        }

        return text.Length > 0;
    }
}
