using System.Buffers.Text;
using System.Security.Cryptography;

namespace PhiGateway.Identity.Tokens;

/// <summary>Makes API keys and their hashes, for the control plane, which shows a key once and keeps its hash.</summary>
public static class ApiKeySecret
{
    /// <summary>A new key of 256 random bits.</summary>
    public static string New() => ApiKeyReader.Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>What the registry keeps of it: SHA-256 in lower-case hex.</summary>
    public static string HashOf(string key) => TokenKey.Of(key).ToString();
}
