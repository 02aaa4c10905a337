using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace PhiGateway.Console.Sessions;

/// <summary>Seals what of a session goes along in its cookie, under the key that all nodes share; used by <see cref="SessionFleet"/>.</summary>
/// <remarks>Security: encrypted and authenticated (AES-GCM) under a key of its own; what was altered, or sealed for something else, opens nothing.</remarks>
/// <param name="secret">The shared key.</param>
/// <param name="circumstances">
/// What a session hangs on besides: the deployment and who gives roles there. One that was sealed under others, by a node of another environment
/// with the same key, or before roles were given otherwise, opens nothing.
/// </param>
internal sealed class SessionSeal(byte[] secret, IEnumerable<string> circumstances)
{
    // What is longer goes along in no cookie: browsers keep 4096 bytes with name and attributes.
    private const int MostCharacters = 3800;

    // No token begins so: neither part of base64url.
    private const string Mark = "~";

    private readonly SharedProtection _protection = (SharedProtection)
        new SharedProtection(secret).CreateProtector("phi-gateway console session " + DigestOf(circumstances));

    /// <summary>The cookie's value; null: it is too long for one.</summary>
    public string? Seal(SealedSession session)
    {
        var text = Mark + Base64Url.EncodeToString(_protection.Protect(session.Write()));
        return text.Length <= MostCharacters ? text : null;
    }

    /// <summary>What a cookie's value holds; null: it is none of ours.</summary>
    public SealedSession? Open(string cookie)
    {
        if (!cookie.StartsWith(Mark, StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            return SealedSession.Read(_protection.Unprotect(Base64Url.DecodeFromChars(cookie.AsSpan(Mark.Length))));
        }
        catch (Exception fault) when (fault is CryptographicException or FormatException)
        {
            return null;
        }
    }

    private static string DigestOf(IEnumerable<string> circumstances)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var one in circumstances)
        {
            // Each text ends where no text goes on.
            hash.AppendData(Encoding.UTF8.GetBytes(one));
            hash.AppendData("\0"u8);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
