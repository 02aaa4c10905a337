using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Routing;

/// <summary>The grammars of Accept, Content-Type, Prefer and the entity tags, as far as FHIR gives them meaning.</summary>
internal static class HeaderGrammar
{
    /// <summary>Whether JSON in FHIR 4.0 is among what the client takes.</summary>
    internal static bool AllowsJson(string? accept)
    {
        if (accept is null or "application/fhir+json" or "*/*" or "application/json")
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

        return type.Trim().ToString().ToLowerInvariant();
    }

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
            if ((semicolon < 0 ? preference : preference[..semicolon]).Trim().Equals(wish, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether it is exactly one weak entity tag with a FHIR version in it: <c>W/"3"</c>.</summary>
    internal static bool IsVersionTag(string tag) =>
        tag.Length > 4
        && tag.StartsWith("W/\"", StringComparison.Ordinal)
        && tag[^1] == '"'
        && FhirId.IsValid(tag.AsSpan(3, tag.Length - 4));

    private static bool IsJsonRange(ReadOnlySpan<char> range)
    {
        var semicolon = range.IndexOf(';');
        var type = (semicolon < 0 ? range : range[..semicolon]).Trim();
        var isJson =
            type is "*/*" or "application/*"
            || type.Equals("application/fhir+json", StringComparison.OrdinalIgnoreCase)
            || type.Equals("application/json", StringComparison.OrdinalIgnoreCase);
        return isJson && (semicolon < 0 || TakesParameters(range[(semicolon + 1)..], inAccept: true));
    }

    private static bool TakesParameters(ReadOnlySpan<char> parameters, bool inAccept)
    {
        foreach (var range in parameters.Split(';'))
        {
            var parameter = parameters[range].Trim();
            var equals = parameter.IndexOf('=');
            if (equals <= 0)
            {
                return false;
            }

            var name = parameter[..equals].Trim();
            var value = parameter[(equals + 1)..].Trim().Trim('"');
            var taken = name switch
            {
                _ when name.Equals("charset", StringComparison.OrdinalIgnoreCase) => value.Equals(
                    "utf-8",
                    StringComparison.OrdinalIgnoreCase
                ),
                _ when name.Equals("fhirVersion", StringComparison.OrdinalIgnoreCase) => value is "4.0",
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
