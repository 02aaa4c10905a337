using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PhiGateway.TokenService.Configuration;

namespace PhiGateway.TokenService.Signing;

/// <summary>
/// The signing keys of the token service: one file each in a folder that all nodes share, encrypted, readable by their owner. The newest
/// that every verifier has had time to fetch signs; older ones are published until nothing they signed is alive.
/// </summary>
/// <remarks>Thread-safe; what is in force is replaced as a whole.</remarks>
public sealed class KeyRing : IDisposable
{
    /// <summary>The public keys, for verifiers on this machine.</summary>
    public const string PublicFile = "jwks.json";

    /// <summary>How long a new key is published before it signs: verifiers fetch keys every minute, or every hour at most.</summary>
    internal static readonly TimeSpan Notice = TimeSpan.FromHours(1);

    // A token lives five minutes at most; clocks differ.
    private static readonly TimeSpan Farewell = TimeSpan.FromMinutes(15);
    private static readonly PbeParameters Encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 100_000);

    private readonly string _folder;
    private readonly string _secret;
    private readonly TimeSpan _rotateAfter;
    private readonly TimeProvider _time;
    private readonly Lock _writing = new();
    private volatile RingKey[] _keys = [];
    private volatile string _jwks = "{\"keys\":[]}";

    private KeyRing(string folder, string secret, TimeSpan rotateAfter, TimeProvider time) =>
        (_folder, _secret, _rotateAfter, _time) = (folder, secret, rotateAfter, time);

    /// <summary>The public key set.</summary>
    public string Jwks => _jwks;

    /// <summary>Where the public key set lies for verifiers on this machine.</summary>
    public string PublicPath => Path.Combine(_folder, PublicFile);

    internal IReadOnlyList<RingKey> Keys => _keys;

    /// <summary>The key that signs now.</summary>
    internal RingKey Current => CurrentOf(_keys, _time.GetUtcNow());

    /// <summary>Opens the folder, and makes the first key where there is none.</summary>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    /// <exception cref="CryptographicException">A key cannot be decrypted: the secret is another one.</exception>
    public static KeyRing Open(TokenServiceOptions options, string secret, TimeProvider time)
    {
        Directory.CreateDirectory(options.KeyDirectory);
        var ring = new KeyRing(Path.GetFullPath(options.KeyDirectory), secret, options.RotateAfter, time);
        ring.Refresh();
        return ring;
    }

    /// <summary>Reads what other nodes made, makes a key that is due, and removes what nothing needs any more; called every minute.</summary>
    public void Refresh()
    {
        lock (_writing)
        {
            var now = _time.GetUtcNow();
            var keys = ReadAll();
            if (keys.Count == 0 || now - keys[^1].Created >= _rotateAfter)
            {
                keys.Add(Make(now));
            }

            // A key is over when the next one has signed for so long that nothing of it is alive.
            while (keys.Count > 1 && keys[1].Created + Notice + Farewell < now)
            {
                File.Delete(PathOf(keys[0]));
                keys.RemoveAt(0);
            }

            _keys = [.. keys];
            _jwks = Write(keys);
            Publish(_jwks);
        }
    }

    /// <summary>The key with this name; null: none that is published.</summary>
    internal RingKey? Find(string? id)
    {
        foreach (var key in _keys)
        {
            if (key.Id == id)
            {
                return key;
            }
        }

        return null;
    }

    public void Dispose()
    {
        foreach (var key in _keys)
        {
            key.Dispose();
        }
    }

    private static RingKey CurrentOf(RingKey[] keys, DateTimeOffset now)
    {
        for (var i = keys.Length - 1; i > 0; i--)
        {
            if (keys[i].Created + Notice <= now)
            {
                return keys[i];
            }
        }

        return keys[0];
    }

    // In order of age. Those that are known are not decrypted again: that is made slow on purpose.
    private List<RingKey> ReadAll()
    {
        var keys = new List<RingKey>();
        foreach (var path in Directory.EnumerateFiles(_folder, "*.pem"))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            var dash = name.IndexOf('-', StringComparison.Ordinal);
            if (
                dash > 0
                && long.TryParse(name.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                && seconds < 253_402_300_799
            )
            {
                if ((Find(name[(dash + 1)..]) ?? Read(path, DateTimeOffset.FromUnixTimeSeconds(seconds))) is { } key)
                {
                    keys.Add(key);
                }
            }
        }

        keys.Sort(
            static (left, right) =>
                left.Created.CompareTo(right.Created) is not 0 and var order ? order : string.CompareOrdinal(left.Id, right.Id)
        );
        return keys;
    }

    // Null: there is no key in the file, or nothing at all, as after a disk that was full. It must not keep the ring from turning.
    private RingKey? Read(string path, DateTimeOffset created)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromEncryptedPem(File.ReadAllText(path), _secret);
        }
        catch (ArgumentException)
        {
            return null;
        }

        return RingKey.Of(key, created);
    }

    private RingKey Make(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var made = RingKey.Of(key, DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds()));
        WriteWhole(PathOf(made), key.ExportEncryptedPkcs8PrivateKeyPem(_secret, Encryption), isSecret: true);
        return made;
    }

    private string PathOf(RingKey key) =>
        Path.Combine(_folder, $"{key.Created.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}-{key.Id}.pem");

    private void Publish(string jwks)
    {
        if (!File.Exists(PublicPath) || File.ReadAllText(PublicPath) != jwks)
        {
            WriteWhole(PublicPath, jwks, isSecret: false);
        }
    }

    // Under another name first: a file is there as a whole or not at all.
    private static void WriteWhole(string path, string text, bool isSecret)
    {
        var beside = $"{path}.{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}.new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (isSecret && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var stream = new FileStream(beside, options))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }

    private static string Write(List<RingKey> keys)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("keys");
            foreach (var key in keys)
            {
                var jwk = key.Public();
                json.WriteStartObject();
                json.WriteString("kty", jwk.Kty);
                json.WriteString("crv", jwk.Crv);
                json.WriteString("x", jwk.X);
                json.WriteString("y", jwk.Y);
                json.WriteString("kid", jwk.Kid);
                json.WriteString("alg", "ES256");
                json.WriteString("use", "sig");
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
