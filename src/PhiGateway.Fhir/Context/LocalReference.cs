using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Context;

/// <summary>
/// A literal reference to a resource of this server: <c>Type/id</c>, with a version or below one of our own bases, and nothing else.
/// </summary>
internal readonly ref struct LocalReference
{
    private LocalReference(ResourceType type, ReadOnlySpan<char> id, ReadOnlySpan<char> version)
    {
        Type = type;
        Id = id;
        Version = version;
    }

    internal ResourceType Type { get; }

    internal ReadOnlySpan<char> Id { get; }

    internal ReadOnlySpan<char> Version { get; }

    /// <summary>Reads the whole text; foreign bases, fragments, queries, <c>urn:</c> and bare ids are no local references.</summary>
    internal static bool TryRead(ReadOnlySpan<char> text, FhirContext context, out LocalReference reference)
    {
        reference = default;
        if (text.Contains(':') && !TryCutBase(ref text, context))
        {
            return false;
        }

        var slash = text.IndexOf('/');
        if (slash < 0 || !ResourceType.TryParse(text[..slash], out var type))
        {
            return false;
        }

        var id = text[(slash + 1)..];
        var version = default(ReadOnlySpan<char>);
        var end = id.IndexOf('/');
        if (end >= 0)
        {
            var rest = id[end..];
            id = id[..end];
            if (!rest.StartsWith("/_history/", StringComparison.Ordinal))
            {
                return false;
            }

            version = rest["/_history/".Length..];
            if (!FhirId.IsValid(version))
            {
                return false;
            }
        }

        reference = new LocalReference(type, id, version);
        return FhirId.IsValid(id);
    }

    private static bool TryCutBase(ref ReadOnlySpan<char> text, FhirContext context)
    {
        if (StartsWithBase(text, context.GatewayBase))
        {
            text = text[(context.GatewayBase.Length + 1)..];
            return true;
        }

        for (var i = 0; i < context.UpstreamBases.Count; i++)
        {
            if (StartsWithBase(text, context.UpstreamBases[i]))
            {
                text = text[(context.UpstreamBases[i].Length + 1)..];
                return true;
            }
        }

        for (var i = 0; i < context.Aliases.Count; i++)
        {
            if (StartsWithBase(text, context.Aliases[i]))
            {
                text = text[(context.Aliases[i].Length + 1)..];
                return true;
            }
        }

        return false;
    }

    // The whole base up to a slash: https://gw.example/fhirx is another server than https://gw.example/fhir.
    private static bool StartsWithBase(ReadOnlySpan<char> text, string root) =>
        root.Length > 0 && text.Length > root.Length && text[root.Length] == '/' && text.StartsWith(root, StringComparison.Ordinal);
}
