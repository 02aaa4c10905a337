using System.Buffers;
using System.Text;
using System.Text.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Mcp;

/// <summary>
/// Writes the target of the FHIR read that a tool call asks for; called by the MCP door before the call goes the way of every request. What
/// it cannot write in exactly one way is no call.
/// </summary>
internal static class ToolTarget
{
    /// <summary>Reads one resource by type and id.</summary>
    public const string Read = AgentTools.Read;

    /// <summary>Searches one type.</summary>
    public const string Search = AgentTools.Search;

    /// <summary>Follows the link to the next page of a search.</summary>
    public const string Page = AgentTools.Page;

    private const int MostCharacters = 8 * 1024;

    private static readonly SearchValues<char> Names = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-:."
    );

    // The gateway seals the links to its pages: nothing else is one.
    private const string PagePlace = "/?_page=";

    private static readonly SearchValues<char> Handle = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    );

    /// <summary>The target below a base.</summary>
    /// <param name="tool">Name of the tool.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="basePath">The FHIR base, as a path.</param>
    /// <param name="target">What a client would have asked for over HTTP.</param>
    /// <param name="problem">What is wrong, in words for the agent.</param>
    public static bool TryWrite(string tool, JsonElement arguments, string basePath, out string target, out string problem)
    {
        (target, problem) = (string.Empty, string.Empty);
        if (arguments.ValueKind != JsonValueKind.Object)
        {
            problem = "The arguments are an object.";
            return false;
        }

        var written = tool switch
        {
            Read => TryRead(arguments, basePath, ref target, ref problem),
            Search => TrySearch(arguments, basePath, ref target, ref problem),
            Page => TryPage(arguments, basePath, ref target, ref problem),
            _ => TryNothing(ref problem),
        };
        if (written && target.Length > MostCharacters)
        {
            (target, problem) = (string.Empty, "The search is too long.");
            return false;
        }

        return written;
    }

    private static bool TryNothing(ref string problem)
    {
        problem = "There is no such tool.";
        return false;
    }

    private static bool TryRead(JsonElement arguments, string basePath, ref string target, ref string problem)
    {
        if (
            !HasOnly(arguments, "type", "id")
            || !TryType(arguments, out var type)
            || !TryText(arguments, "id", out var id)
            || !FhirId.IsValid(id)
        )
        {
            problem = "fhir_read takes type, a FHIR R4 resource type, and id, a FHIR id.";
            return false;
        }

        target = $"{basePath}/{type}/{id}";
        return true;
    }

    private static bool TrySearch(JsonElement arguments, string basePath, ref string target, ref string problem)
    {
        problem = "fhir_search takes type, a FHIR R4 resource type, and parameters, an object of texts or lists of texts.";
        if (!HasOnly(arguments, "type", "parameters") || !TryType(arguments, out var type))
        {
            return false;
        }

        var query = new StringBuilder();
        if (arguments.TryGetProperty("parameters", out var parameters))
        {
            if (parameters.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            foreach (var parameter in parameters.EnumerateObject())
            {
                if (parameter.Name.Length == 0 || parameter.Name.AsSpan().ContainsAnyExcept(Names) || !TryAdd(query, parameter))
                {
                    return false;
                }
            }
        }

        target = $"{basePath}/{type}{query}";
        return true;
    }

    private static bool TryAdd(StringBuilder query, JsonProperty parameter)
    {
        if (parameter.Value.ValueKind != JsonValueKind.Array)
        {
            return TryAdd(query, parameter.Name, parameter.Value);
        }

        foreach (var value in parameter.Value.EnumerateArray())
        {
            if (!TryAdd(query, parameter.Name, value))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryAdd(StringBuilder query, string name, JsonElement value)
    {
        var words = value.ValueKind switch
        {
            JsonValueKind.String => TextOf(value),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            _ => null,
        };
        if (words is null || query.Length > MostCharacters)
        {
            return false;
        }

        query.Append(query.Length == 0 ? '?' : '&');
        query.Append(name).Append('=').Append(Uri.EscapeDataString(words));
        return true;
    }

    private static bool TryPage(JsonElement arguments, string basePath, ref string target, ref string problem)
    {
        problem = "fhir_page takes url, the next link of a page that was given here.";
        if (!HasOnly(arguments, "url") || !TryText(arguments, "url", out var url))
        {
            return false;
        }

        // Whatever host it names: it is asked here, and nowhere else.
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        var path = scheme < 0 ? -1 : url.IndexOf('/', scheme + 3);
        var place = basePath + PagePlace;
        if (
            path < 0
            || !url.AsSpan(path).StartsWith(place, StringComparison.Ordinal)
            || url.Length == path + place.Length
            || url.AsSpan(path + place.Length).ContainsAnyExcept(Handle)
        )
        {
            return false;
        }

        target = url[path..];
        return true;
    }

    private static bool TryType(JsonElement arguments, out string type)
    {
        return TryText(arguments, "type", out type) && ResourceType.TryParse(type.AsSpan(), out _);
    }

    private static bool TryText(JsonElement arguments, string name, out string text)
    {
        text = (arguments.TryGetProperty(name, out var value) ? TextOf(value) : null) ?? string.Empty;
        return text.Length > 0;
    }

    // A text that is no Unicode, such as half a surrogate, is none.
    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static bool HasOnly(JsonElement arguments, params ReadOnlySpan<string> names)
    {
        foreach (var member in arguments.EnumerateObject())
        {
            if (names.IndexOf(member.Name) < 0)
            {
                return false;
            }
        }

        return true;
    }
}
