using System.Buffers;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using PhiGateway.Identity.Common;

namespace PhiGateway.Identity.Workloads;

/// <summary>
/// Signs where a FHIR base's endpoints are, by a certificate of a trust community that names the base (UDAP Server Metadata; FAST Security
/// STU 2, section 2.3), so that who looks for them is led nowhere else. Asked by the data plane for each request for the document.
/// </summary>
/// <remarks>Thread-safe. A base that the certificate does not name, or one out of its time, has no statement.</remarks>
public sealed class UdapStatements
{
    private const int LeastBits = 2048;

    private static readonly TimeSpan Life = TimeSpan.FromHours(24);
    private static readonly TimeSpan Renewed = TimeSpan.FromHours(1);

    private readonly WatchedFile<Signer> _file;
    private readonly TimeProvider _time;

    /// <param name="file">The certificate in PEM, and those that lead from it to the community's authority, in this order. Read anew when it
    /// changed.</param>
    /// <param name="key">Its private key in PEM, by reference.</param>
    /// <param name="time">The clock.</param>
    public UdapStatements(string file, string key, TimeProvider time)
    {
        _time = time;
        _file = new WatchedFile<Signer>(file, time, text => Signer.Read(text, key, out _));
    }

    /// <summary>What is wrong with a certificate and its key, in words; null: nothing.</summary>
    public static string? FindFlaw(string file, string key)
    {
        if (!WatchedFile<Signer>.TryRead(file, out var text))
        {
            return "must be a PEM file that can be read.";
        }

        return Signer.Read(text, key, out var flaw) is null ? flaw : null;
    }

    /// <summary>The statement for a base; null: the certificate does not speak for it, or not now.</summary>
    /// <param name="address">The base as clients know it, which is <c>iss</c> and <c>sub</c>.</param>
    /// <param name="tokenEndpoint">Where tokens are given.</param>
    /// <param name="registrationEndpoint">Where clients ask to be registered; null: nowhere.</param>
    public string? Find(string address, string tokenEndpoint, string? registrationEndpoint = null)
    {
        var now = _time.GetUtcNow();
        return _file.Current is { } signer && signer.Speaks(address, now)
            ? signer.For(address, tokenEndpoint, registrationEndpoint, now)
            : null;
    }

    // One certificate with its key; immutable but for the statements that it made.
    private sealed class Signer(
        RSA key,
        IReadOnlyList<byte[]> chain,
        IReadOnlyList<string> names,
        DateTimeOffset from,
        DateTimeOffset until
    )
    {
        private readonly Lock _gate = new();
        private readonly ConcurrentDictionary<
            (string Address, string Endpoint, string? Registration),
            (string Text, DateTimeOffset At)
        > _made = new();

        public static Signer? Read(string text, string reference, out string flaw)
        {
            flaw = "must hold certificates in PEM, that of the gateway first.";
            try
            {
                var chain = new X509Certificate2Collection();
                chain.ImportFromPem(text);
                if (chain.Count == 0)
                {
                    return null;
                }

                var leaf = chain[0];
                var names = CertificateNames.UrisOf(leaf);
                using var known = leaf.GetRSAPublicKey();
                flaw = "must begin with a certificate of an RSA key of 2048 bits or more that names FHIR bases (URIs).";
                if (names.Count == 0 || known is null || known.KeySize < LeastBits || !CertificateNames.IsOfAnEnd(leaf, mustSay: false))
                {
                    return null;
                }

                if (!SecretReference.TryResolve(reference, out var pem, out flaw))
                {
                    return null;
                }

                flaw = "must be of the private key in TokenService:Udap:Key.";
                var key = RSA.Create();
                key.ImportFromPem(pem);
                return key.ExportRSAPublicKey().AsSpan().SequenceEqual(known.ExportRSAPublicKey())
                    ? new Signer(key, [.. chain.Select(static one => one.RawData)], names, leaf.NotBefore, leaf.NotAfter)
                    : null;
            }
            catch (Exception fault) when (fault is CryptographicException or ArgumentException)
            {
                return null;
            }
        }

        // UDAP compares letter by letter.
        public bool Speaks(string address, DateTimeOffset now) =>
            names.Contains(address, StringComparer.Ordinal) && from <= now && now < until;

        public string For(string address, string tokenEndpoint, string? registrationEndpoint, DateTimeOffset now)
        {
            if (
                _made.TryGetValue((address, tokenEndpoint, registrationEndpoint), out var made)
                && made.At <= now
                && now - made.At < Renewed
            )
            {
                return made.Text;
            }

            var text = Sign(address, tokenEndpoint, registrationEndpoint, now);
            _made[(address, tokenEndpoint, registrationEndpoint)] = (text, now);
            return text;
        }

        private string Sign(string address, string tokenEndpoint, string? registrationEndpoint, DateTimeOffset now)
        {
            var head = Write(json =>
            {
                json.WriteString("alg", "RS256");
                json.WriteStartArray("x5c");
                foreach (var certificate in chain)
                {
                    json.WriteBase64StringValue(certificate);
                }

                json.WriteEndArray();
            });
            var end = now + Life < until ? now + Life : until;
            var claims = Write(json =>
            {
                json.WriteString("iss", address);
                json.WriteString("sub", address);
                json.WriteNumber("iat", now.ToUnixTimeSeconds());
                json.WriteNumber("exp", end.ToUnixTimeSeconds());
                json.WriteString("jti", Guid.NewGuid().ToString("N"));
                json.WriteString("token_endpoint", tokenEndpoint);
                if (registrationEndpoint is not null)
                {
                    json.WriteString("registration_endpoint", registrationEndpoint);
                }
            });
            var input = $"{head}.{claims}";
            byte[] signature;
            lock (_gate)
            {
                signature = key.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            }

            return $"{input}.{Base64Url.EncodeToString(signature)}";
        }

        private static string Write(Action<Utf8JsonWriter> members)
        {
            var buffer = new ArrayBufferWriter<byte>(2048);
            using (var json = new Utf8JsonWriter(buffer))
            {
                json.WriteStartObject();
                members(json);
                json.WriteEndObject();
            }

            return Base64Url.EncodeToString(buffer.WrittenSpan);
        }
    }
}
