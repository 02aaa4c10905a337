using System.Text.Json;
using PhiGateway.Identity.Common;

namespace PhiGateway.Identity.Issuers;

/// <summary>What an issuer says of itself in its discovery document, as far as it is passed on; null where it does not say.</summary>
/// <param name="Token">Its token endpoint.</param>
/// <param name="Keys">Its key set.</param>
/// <param name="Methods">How clients authenticate at its token endpoint; empty: it does not say.</param>
public sealed record IssuerPlaces(string? Token, string? Keys, IReadOnlyList<string> Methods)
{
    // More than there are.
    private const int MostMethods = 16;

    /// <summary>Nothing is known.</summary>
    public static IssuerPlaces None { get; } = new(null, null, []);

    /// <summary>Reads it out of a document that named the right issuer.</summary>
    internal static IssuerPlaces Read(byte[] document, bool isLoopback)
    {
        using var json = JsonDocument.Parse(document);
        var root = json.RootElement;
        List<string> methods = [];
        if (root.TryGetProperty("token_endpoint_auth_methods_supported", out var list) && list.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in list.EnumerateArray().Take(MostMethods))
            {
                if (
                    ClaimText.TryRead(item, out var text)
                    && text is { } method
                    && method.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
                )
                {
                    methods.Add(method);
                }
            }
        }

        return new IssuerPlaces(Place(root, "token_endpoint", isLoopback), Place(root, "jwks_uri", isLoopback), methods);
    }

    private static string? Place(JsonElement root, string name, bool isLoopback) =>
        root.TryGetProperty(name, out var value)
        && ClaimText.TryRead(value, out var text)
        && Uri.TryCreate(text, UriKind.Absolute, out var place)
        && (place.Scheme == Uri.UriSchemeHttps || (isLoopback && place.Scheme == Uri.UriSchemeHttp && place.IsLoopback))
            ? text
            : null;
}

/// <summary>Tells what issuers say of themselves; asked by the host for the documents that it gives to strangers.</summary>
public interface IIssuerPlaces
{
    /// <summary>Of one issuer, as it was last read; nothing where its keys do not come by discovery, or it was not reached yet.</summary>
    /// <param name="issuer">Its <c>iss</c>.</param>
    IssuerPlaces Find(string issuer);
}
