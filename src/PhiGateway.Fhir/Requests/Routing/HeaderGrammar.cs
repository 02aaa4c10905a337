using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Routing;

/// <summary>Reads Accept, Content-Type, Prefer and entity tags by their grammars, as far as FHIR gives them meaning.</summary>
internal static class HeaderGrammar
{
    /// <summary>The media type before STU 3, which servers are asked to go on taking (R4 3.1.0.1.11).</summary>
    internal const string Old = "application/json+fhir";

    /// <summary>Whether JSON in FHIR 4.0 is among what the client takes.</summary>
    internal static bool AllowsJson(string? accept)
    {
        if (accept is null or "" or "application/fhir+json" or "*/*" or "application/json")
        {
            return true;
        }

        var text = accept.AsSpan();
        foreach (var range in text.Split(','))
        {
            if (IsJsonRange(text[range].Trim()))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a media type (lower case, without parameters) is among what an Accept takes.</summary>
    /// <param name="accept">The header.</param>
    /// <param name="mediaType">The type.</param>
    internal static bool Allows(string accept, string mediaType)
    {
        var allows = false;
        var text = accept.AsSpan();
        foreach (var range in text.Split(','))
        {
            var item = text[range];
            var semicolon = item.IndexOf(';');
            var type = (semicolon < 0 ? item : item[..semicolon]).Trim();
            var isTaken = semicolon < 0 || !IsRefused(item[(semicolon + 1)..]);
            if (type.Equals(mediaType, StringComparison.OrdinalIgnoreCase))
            {
                // The range that says most decides (RFC 9110, 12.5.1).
                return isTaken;
            }

            var isMeant =
                type is "*/*" || (type.EndsWith("/*") && mediaType.AsSpan().StartsWith(type[..^1], StringComparison.OrdinalIgnoreCase));
            allows |= isMeant && isTaken;
        }

        return allows;
    }

    /// <summary>Whether a Binary of this type in a Bundle's entry is a patch (R4 3.1.0.11.2): read and written by the same rule.</summary>
    internal static bool IsPatchInBinary(string? contentType) =>
        MediaType(contentType) is "application/json-patch+json" or "application/merge-patch+json";

    /// <summary>The media type alone when its parameters are ones we take (UTF-8, FHIR 4.0); null otherwise.</summary>
    internal static string? MediaType(string? contentType)
    {
        switch (contentType)
        {
            case null:
                return null;
            case "application/fhir+json" or "application/json" or "application/x-www-form-urlencoded" or "application/json-patch+json":
                return contentType;
        }

        var text = contentType.AsSpan();
        var semicolon = text.IndexOf(';');
        var type = semicolon < 0 ? text : text[..semicolon];
        if (semicolon >= 0 && !TakesParameters(text[(semicolon + 1)..], inAccept: false))
        {
            return null;
        }

        var mediaType = type.Trim().ToString().ToLowerInvariant();
        return mediaType == Old ? "application/fhir+json" : mediaType;
    }

    /// <summary>Whether a media type, with parameters that we take, is that of FHIR's JSON.</summary>
    internal static bool IsJson(string? contentType) => MediaType(contentType) is "application/fhir+json" or "application/json";

    /// <summary>Whether a preference of that name is asked for.</summary>
    internal static bool Prefers(string? prefer, string wish)
    {
        if (prefer is null)
        {
            return false;
        }

        var text = prefer.AsSpan();
        foreach (var range in text.Split(','))
        {
            var preference = text[range];
            var semicolon = preference.IndexOf(';');
            if (IsPreference((semicolon < 0 ? preference : preference[..semicolon]).Trim(), wish))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Exactly one entity tag with a FHIR version in it, written weak as FHIR writes it (R4 3.1.0.5): of <c>W/"3"</c>, <c>"3"</c> and the bare
    /// version, which clients send that take it out of the resource, <c>W/"3"</c>. Null: it is none.
    /// </summary>
    internal static string? VersionTag(string tag)
    {
        var isWeak = tag.StartsWith("W/", StringComparison.Ordinal);
        var version = isWeak ? tag.AsSpan(2) : tag;
        if (version is ['"', .. var quoted, '"'])
        {
            version = quoted;
        }
        else if (isWeak)
        {
            return null;
        }

        return FhirId.IsValid(version) ? $"W/\"{version}\"" : null;
    }

    // A value may stand in quotes, and blanks around its equals sign (RFC 7240, section 2).
    private static bool IsPreference(ReadOnlySpan<char> said, ReadOnlySpan<char> wish)
    {
        var (equals, wanted) = (said.IndexOf('='), wish.IndexOf('='));
        return equals < 0 || wanted < 0
            ? said.Equals(wish, StringComparison.OrdinalIgnoreCase)
            : said[..equals].TrimEnd().Equals(wish[..wanted], StringComparison.OrdinalIgnoreCase)
                && said[(equals + 1)..].Trim().Trim('"').Equals(wish[(wanted + 1)..], StringComparison.OrdinalIgnoreCase);
    }

    // A weight of nothing says that this is not wanted (RFC 9110, 12.4.2).
    private static bool IsRefused(ReadOnlySpan<char> parameters)
    {
        foreach (var range in parameters.Split(';'))
        {
            var parameter = parameters[range].Trim();
            if (parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase) && parameter[2..].Trim("0.").IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsJsonRange(ReadOnlySpan<char> range)
    {
        var semicolon = range.IndexOf(';');
        var type = (semicolon < 0 ? range : range[..semicolon]).Trim();
        var isJson =
            type is "*/*" or "application/*"
            || type.Equals("application/fhir+json", StringComparison.OrdinalIgnoreCase)
            || type.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || type.Equals("text/json", StringComparison.OrdinalIgnoreCase)
            || type.Equals(Old, StringComparison.OrdinalIgnoreCase);
        return isJson && (semicolon < 0 || TakesParameters(range[(semicolon + 1)..], inAccept: true));
    }

    // Both spellings mean the same everywhere (WHATWG Encoding 4.2).
    private static bool IsUtf8(ReadOnlySpan<char> charset) =>
        charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || charset.Equals("utf8", StringComparison.OrdinalIgnoreCase);

    private static bool TakesParameters(ReadOnlySpan<char> parameters, bool inAccept)
    {
        foreach (var range in parameters.Split(';'))
        {
            // Nothing between two semicolons, or behind the last, says nothing (RFC 9110, 5.6.6).
            var parameter = parameters[range].Trim();
            if (parameter.IsEmpty)
            {
                continue;
            }

            var equals = parameter.IndexOf('=');
            if (equals <= 0)
            {
                return false;
            }

            var name = parameter[..equals].Trim();
            var value = parameter[(equals + 1)..].Trim().Trim('"');
            var taken = name switch
            {
                _ when name.Equals("charset", StringComparison.OrdinalIgnoreCase) => IsUtf8(value),
                _ when name.Equals("fhirVersion", StringComparison.OrdinalIgnoreCase) => value is "4.0" or "4.0.1",
                _ => inAccept && (!name.Equals("q", StringComparison.OrdinalIgnoreCase) || !value.Trim("0.").IsEmpty),
            };
            if (!taken)
            {
                return false;
            }
        }

        return true;
    }
}
