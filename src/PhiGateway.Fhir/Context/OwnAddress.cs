namespace PhiGateway.Fhir.Context;

/// <summary>Addresses that a client writes into a request: relative to this server, or below one of the bases it is known by.</summary>
internal static class OwnAddress
{
    /// <summary>
    /// What stands behind the base, from its slash (which is cut) or its question mark on; without a base of ours the address as it is, less
    /// one slash before it (R4 <c>Bundle.entry.request.url</c>: it is relative to the root that it is sent to).
    /// </summary>
    /// <remarks>Letter for letter: a base with user information, another port or another case is not ours.</remarks>
    internal static string Relative(FhirContext context, string address)
    {
        var own =
            CutBelow([context.GatewayBase], address) ?? CutBelow(context.UpstreamBases, address) ?? CutBelow(context.Aliases, address);
        if (own is not null)
        {
            return own;
        }

        return address.Length > 1 && address[0] == '/' ? address[1..] : address;
    }

    /// <summary>The public base that a text begins with; null: none of this server's.</summary>
    internal static string? PublicBaseOf(FhirContext context, string text)
    {
        if (Begins(text, context.GatewayBase))
        {
            return context.GatewayBase;
        }

        for (var i = 0; i < context.Aliases.Count; i++)
        {
            if (Begins(text, context.Aliases[i]))
            {
                return context.Aliases[i];
            }
        }

        return null;
    }

    // The whole base, and nothing that would make it another: https://gw.example/fhirx is another server.
    private static bool Begins(string text, string root) =>
        root.Length > 0
        && text.StartsWith(root, StringComparison.Ordinal)
        && (text.Length == root.Length || text[root.Length] is '/' or '|' or '#' or '?');

    private static string? CutBelow(IReadOnlyList<string> roots, string address)
    {
        for (var i = 0; i < roots.Count; i++)
        {
            var root = roots[i];
            if (
                root.Length > 0
                && address.Length > root.Length
                && address[root.Length] is '/' or '?'
                && address.StartsWith(root, StringComparison.Ordinal)
            )
            {
                return address[root.Length] == '/' ? address[(root.Length + 1)..] : address[root.Length..];
            }
        }

        return null;
    }
}
