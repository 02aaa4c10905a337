using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Routing;

/// <summary>
/// Makes the route templates of records and metrics from methods, types and fixed words only, so that they can never hold PHI.
/// </summary>
internal static class RouteTemplate
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
    private static readonly string[] Shapes = ["", "/_search", "/_history", "/{id}", "/{id}/_history", "/{id}/_history/{vid}", "?"];
    private static readonly string?[] Cache = new string?[Methods.Length * Shapes.Length * ResourceType.IndexCount];

    /// <summary>The template of a type and one of the fixed shapes; made once each.</summary>
    internal static string Of(string method, ResourceType type, string shape)
    {
        var at = ((Place(Methods, method) * Shapes.Length) + Place(Shapes, shape)) * ResourceType.IndexCount + type.Index;
        return Cache[at] ??= $"{method} /{type.Name}{shape}";
    }

    private static int Place(string[] words, string word)
    {
        for (var i = 0; i < words.Length; i++)
        {
            if (string.Equals(words[i], word, StringComparison.Ordinal))
            {
                return i;
            }
        }

        throw new ArgumentException("Templates are made of fixed words only.", nameof(word));
    }
}
