using System.Buffers.Text;
using System.Security.Cryptography;

namespace PhiGateway.Console.Sessions;

/// <summary>Seals what of a session goes along in its cookie, under the key that all nodes share; used by <see cref="SessionFleet"/>.</summary>
/// <remarks>Security: encrypted and authenticated (AES-GCM) under a key of its own; what was altered, or sealed for something else, opens nothing.</remarks>
internal sealed class SessionSeal(byte[] secret)
{
    // What is longer goes along in no cookie: browsers keep 4096 bytes with name and attributes.
    private const int MostCharacters = 3800;

    // No token begins so: neither part of base64url.
    private const string Mark = "~";

    private readonly SharedProtection _protection = (SharedProtection)
        new SharedProtection(secret).CreateProtector("phi-gateway console session");

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
}
