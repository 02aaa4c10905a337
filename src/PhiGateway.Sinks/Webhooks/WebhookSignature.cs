using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PhiGateway.Sinks.Webhooks;

/// <summary>
/// Signs a webhook's call as Standard Webhooks have it: HMAC-SHA-256 over <c>id.timestamp.body</c>, one signature for each secret that is
/// in use.
/// </summary>
internal static class WebhookSignature
{
    /// <summary>Value of the header: <c>v1,base64</c> for each secret, with spaces between them.</summary>
    public static string Of(IEnumerable<byte[]> secrets, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        var head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}."));
        var signed = new byte[head.Length + body.Length];
        head.CopyTo(signed, 0);
        body.CopyTo(signed.AsSpan(head.Length));
        return string.Join(' ', secrets.Select(secret => "v1," + Convert.ToBase64String(HMACSHA256.HashData(secret, signed))));
    }
}
