using PhiGateway.Identity.Common;

namespace PhiGateway.TokenService.Configuration;

/// <summary>
/// A service that keeps the signing keys and signs with them (the Transit engine of HashiCorp Vault and of OpenBao), as an operator wrote it: no
/// private key is on any node then.
/// </summary>
public sealed class SignerOptions
{
    /// <summary>Scheme and authority, such as <c>https://vault.hospital.example:8200</c>; http on loopback only (an agent beside). Required.</summary>
    public string Address { get; set; } = string.Empty;

    /// <summary>Where the engine is mounted; default <c>transit</c>.</summary>
    public string Mount { get; set; } = "transit";

    /// <summary>Name of the key, of the type <c>ecdsa-p256</c>; its versions are the keys of the ring. Required.</summary>
    public string Key { get; set; } = string.Empty;

    /// <summary>Token that is sent to it, by reference, read anew within seconds; null: an agent or a proxy adds it.</summary>
    public string? Token { get; set; }

    /// <summary>Namespace there; null: none.</summary>
    public string? Namespace { get; set; }

    /// <summary>Client certificate in PEM that is shown to it; null: none.</summary>
    public string? Certificate { get; set; }

    /// <summary>Its private key in PEM, by reference; required with it.</summary>
    public string? CertificateKey { get; set; }

    /// <summary>Authorities in PEM that vouch for it; null: those of the system.</summary>
    public string? Authorities { get; set; }

    /// <summary>How long a signature may take; default 2 seconds, 100 milliseconds to 10 seconds. Beyond it the token is not issued (503).</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Reports what is wrong, by member and in words.</summary>
    public void Validate(Action<string, string> add)
    {
        if (
            !Uri.TryCreate(Address, UriKind.Absolute, out var uri)
            || !(uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
            || uri is not { AbsolutePath: "/", Query.Length: 0, Fragment.Length: 0, UserInfo.Length: 0 }
        )
        {
            add("Signer:Address", "is required: an https URL (http on loopback) without a path.");
        }

        if (!IsName(Key) || !Mount.Split('/').All(IsName))
        {
            add("Signer:Key", "is required, and Mount: letters, digits, '.', '_' and '-'.");
        }

        if (Token is { } token && !SecretReference.TryResolve(token, out _, out var why))
        {
            add("Signer:Token", why);
        }

        if (Certificate is null != CertificateKey is null)
        {
            add("Signer:Certificate", "and CertificateKey go together.");
        }
        else if (CertificateKey is { } key && !SecretReference.TryResolve(key, out _, out var flaw))
        {
            add("Signer:CertificateKey", flaw);
        }

        foreach (var file in new[] { Certificate, Authorities })
        {
            if (file is not null && !File.Exists(file))
            {
                add("Signer:Certificate", "and Authorities must be PEM files that can be read.");
            }
        }

        if (Timeout < TimeSpan.FromMilliseconds(100) || Timeout > TimeSpan.FromSeconds(10))
        {
            add("Signer:Timeout", "must be between 100 milliseconds and 10 seconds.");
        }
    }

    private static bool IsName(string text) =>
        text is { Length: > 0 and <= 128 } && text.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-');
}
