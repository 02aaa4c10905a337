using PhiGateway.Identity.Issuers;

namespace PhiGateway.Identity.Assertions;

/// <summary>
/// A provider of persons whose identity assertions (ID-JAG) the token service takes for registered clients, as an operator wrote it.
/// </summary>
public sealed class IdentityProviderOptions
{
    /// <summary>Name used by credentials of the kind <c>identity-assertion</c>; 1 to 64 characters, unique, required.</summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>Exact <c>iss</c> of its assertions; required. https, or http on loopback only.</summary>
    public string Issuer { get; set; } = string.Empty;

    /// <summary>Its keys: a file path or <c>env:NAME</c>; null: by OpenID Connect Discovery at the issuer.</summary>
    public string? Jwks { get; set; }

    /// <summary>Accepted signature algorithms, asymmetric only; required.</summary>
    public IReadOnlyList<string> Algorithms { get; set; } = [];

    /// <summary>Reports what is wrong with several of them, by member and in words.</summary>
    public static void Validate(IReadOnlyList<IdentityProviderOptions> providers, Action<string, string> add)
    {
        for (var index = 0; index < providers.Count; index++)
        {
            var one = providers[index];
            var before = providers.Take(index).ToList();
            void Add(string member, string words) => add($"IdentityProviders:{index}:{member}", words);
            if (one.Name.Length is 0 or > 64 || one.Name.Any(static letter => char.IsControl(letter) || letter == '|'))
            {
                Add("Name", "must be 1 to 64 characters, none of them |.");
            }

            if (before.Exists(other => other.Name == one.Name || other.Issuer == one.Issuer))
            {
                Add("Name", "and Issuer must be nobody else's.");
            }

            if (
                !Uri.TryCreate(one.Issuer, UriKind.Absolute, out var uri)
                || !(uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
            )
            {
                Add("Issuer", "is required: an https URL (http on loopback).");
            }

            // A file that cannot be read would show at the first person, as an outage.
            foreach (var problem in one.Jwks is { } place ? StaticKeySetReader.Read(place).Problems : [])
            {
                Add("Jwks", $"{problem}.");
            }

            if (one.Algorithms.Count == 0 || one.Algorithms.Any(static name => SignatureAlgorithm.Find(name) is null))
            {
                Add("Algorithms", $"must hold some of {SignatureAlgorithm.Names}.");
            }
        }
    }
}
