using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using PhiGateway.Console.Configuration;
using PhiGateway.Console.Sessions;

namespace PhiGateway.Console.Http;

/// <summary>
/// Seals the words that somebody typed into a page's filters, so that the page keeps an address which can be opened again, while the words
/// stand in no history and no proxy's log. Used by the gate, which opens them, and by whoever makes such an address.
/// </summary>
/// <remarks>
/// Security: encrypted and authenticated under a key of its own; with a shared key every node opens them, else the node that sealed them,
/// until it is started again. An address that was made for nobody opens nothing that its reader may not ask for.
/// </remarks>
internal sealed class AskedSeal
{
    // Beside the other parameters within what every proxy takes for an address.
    private const int MostBytes = 1500;
    private const int MostCharacters = 2048;
    private const int KeySize = 32;

    private readonly SharedProtection _protection;

    /// <summary>Under the key that all nodes share, where there is one.</summary>
    public AskedSeal(ConsoleOptions options) =>
        _protection = (SharedProtection)
            new SharedProtection(options.SignInKey ?? RandomNumberGenerator.GetBytes(KeySize)).CreateProtector("phi-gateway console asked");

    /// <summary>Seals words by the name of their field; null: they are too long for an address.</summary>
    public SealedWords? Seal(IReadOnlyDictionary<string, string> typed)
    {
        if (typed.Count == 0)
        {
            return new SealedWords(this, string.Empty, typed);
        }

        var plain = JsonSerializer.SerializeToUtf8Bytes(typed);
        return plain.Length > MostBytes ? null : new SealedWords(this, Base64Url.EncodeToString(_protection.Protect(plain)), typed);
    }

    /// <summary>Opens what was sealed; null: nothing that is, or that this node can open.</summary>
    public SealedWords? Open(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return new SealedWords(this, string.Empty, new Dictionary<string, string>(StringComparer.Ordinal));
        }

        try
        {
            return
                text.Length <= MostCharacters
                && JsonSerializer.Deserialize<Dictionary<string, string>>(_protection.Unprotect(Base64Url.DecodeFromChars(text)))
                    is { } typed
                ? new SealedWords(this, text, typed)
                : null;
        }
        catch (Exception fault) when (fault is CryptographicException or FormatException or JsonException)
        {
            return null;
        }
    }
}
