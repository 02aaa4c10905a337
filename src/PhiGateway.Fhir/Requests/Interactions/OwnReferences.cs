using System.Text.Json;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests.Bundles;
using PhiGateway.Fhir.Requests.Routing;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>
/// Makes references among an operation's inputs relative that name a record of this server below a public base of it: to the server that base
/// is another's. Used where an operation is read, so that one text is judged and forwarded.
/// </summary>
/// <remarks>
/// Of inputs alone, which nobody stores: what is written goes as it came, since it is compared with what is stored (ADR 142).
/// </remarks>
internal static class OwnReferences
{
    /// <summary>The reference, relative where it stands below a public base; any other text as it is.</summary>
    /// <param name="text">A reference.</param>
    /// <param name="context">Knows the bases.</param>
    internal static string Relative(string text, FhirContext context)
    {
        if (OwnAddress.PublicBaseOf(context, text) is null || !LocalReference.TryRead(text, context, out var reference))
        {
            return text;
        }

        return reference.Version.IsEmpty
            ? $"{reference.Type.Name}/{reference.Id}"
            : $"{reference.Type.Name}/{reference.Id}/_history/{reference.Version}";
    }

    /// <summary>The request with such values in its Parameters; the same where there are none.</summary>
    /// <param name="source">The request; its body holds no resources but the Parameters.</param>
    internal static RequestSource InBody(RequestSource source)
    {
        if (source.Body.IsEmpty || !StrictJson.TryParse(source.Body, source.Context.MaxDepth, out var document))
        {
            return source;
        }

        using (document)
        {
            var own = new Dictionary<string, string>(StringComparer.Ordinal);
            Collect(document.RootElement, "parameter", source.Context, own);
            return own.Count > 0 && ReferenceRewriter.Rewrite(document.RootElement, own) is { } turned
                ? source with
                {
                    Body = turned,
                }
                : source;
        }
    }

    private static void Collect(JsonElement holder, string list, FhirContext context, Dictionary<string, string> own)
    {
        foreach (var parameter in StrictJson.Items(holder, list))
        {
            if (
                parameter.ValueKind == JsonValueKind.Object
                && parameter.TryGetProperty("valueReference", out var value)
                && StrictJson.Text(value, "reference") is { } text
                && Relative(text, context) is var relative
                && relative != text
            )
            {
                own[text] = relative;
            }

            Collect(parameter, "part", context, own);
        }
    }
}
