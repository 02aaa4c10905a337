using System.Text.Json;
using PhiGateway.Identity.Common;
using PhiGateway.Identity.Issuers;

namespace PhiGateway.Identity.Workloads;

/// <summary>
/// Who vouches for the workloads of one trust domain, as its bundle says it at one moment; read by <see cref="TrustDomains"/>, immutable.
/// </summary>
/// <param name="Authorities">Of their certificates (X.509-SVID).</param>
/// <param name="Keys">Of their tokens (JWT-SVID); null: the bundle has none.</param>
internal sealed record TrustBundle(Authorities Authorities, IssuerKeySet? Keys)
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>What is wrong with a file, in words; null: nothing.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="needsKeys">Whether tokens of workloads are to be taken.</param>
    public static string? FindFlaw(string file, bool needsKeys = false)
    {
        if (!WatchedFile<TrustBundle>.TryRead(file, out var text) || Read(text) is not { } bundle)
        {
            return "must be a file with an authority that vouches for itself.";
        }

        return needsKeys && bundle.Keys is null
            ? "must be a SPIFFE bundle in JSON with a key for JWT-SVIDs, since JwtAudience is set."
            : null;
    }

    /// <summary>Reads one, in PEM or as a SPIFFE bundle in JSON; null: nobody vouches.</summary>
    public static TrustBundle? Read(string text)
    {
        if (text.Contains("-----BEGIN", StringComparison.Ordinal))
        {
            return Authorities.OfPem(text) is { } authorities ? new TrustBundle(authorities, null) : null;
        }

        try
        {
            using var document = OneWayJson.Parse(text, Strict);
            return Authorities.OfBundle(document.RootElement) is { } authorities
                ? new TrustBundle(authorities, JwksReader.ReadSvidKeys(document.RootElement))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
