using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PhiGateway.TokenService.Configuration;

namespace PhiGateway.TokenService.Signing;

/// <summary>
/// The signing keys of the token service: files in a folder that all nodes share, or keys of a service that signs. The newest that every
/// verifier has had time to fetch signs; older ones are published until nothing they signed is alive.
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

    private readonly string _folder;
    private readonly IRingKeys _source;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1);
    private volatile RingKey[] _keys = [];
    private volatile string _jwks = "{\"keys\":[]}";

    private KeyRing(string folder, IRingKeys source, TimeProvider time) => (_folder, _source, _time) = (folder, source, time);

    /// <summary>The public key set.</summary>
    public string Jwks => _jwks;

    /// <summary>Where the public key set lies for verifiers on this machine.</summary>
    public string PublicPath => Path.Combine(_folder, PublicFile);

    internal IReadOnlyList<RingKey> Keys => _keys;

    /// <summary>The key that signs now; null: none is at hand.</summary>
    internal RingKey? Current => CurrentOf(_keys, _time.GetUtcNow());

    /// <summary>Whether a key says that it was made at a time that is to come: some node's clock was far ahead, or this one's is behind.</summary>
    internal bool HasKeyToCome => _keys is [.., var newest] && newest.Created > _time.GetUtcNow() + Notice;

    internal static Comparison<RingKey> ByAge { get; } =
        static (left, right) =>
            left.Created.CompareTo(right.Created) is not 0 and var order ? order : string.CompareOrdinal(left.Id, right.Id);

    /// <summary>Opens the folder, and makes the first key where there is none.</summary>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    /// <exception cref="CryptographicException">A key cannot be decrypted: the secret is another one.</exception>
    public static KeyRing Open(TokenServiceOptions options, string secret, TimeProvider time)
    {
        Directory.CreateDirectory(options.KeyDirectory);
        var folder = Path.GetFullPath(options.KeyDirectory);
        var ring = new KeyRing(folder, new FolderKeys(folder, secret, options.RotateAfter), time);
        ring.RefreshAsync(CancellationToken.None).GetAwaiter().GetResult();
        return ring;
    }

    /// <summary>Opens the keys of a service that signs; one that is away now is asked again, and until then nothing is issued.</summary>
    /// <param name="options">Already validated; they name a signer.</param>
    /// <param name="time">The clock.</param>
    /// <param name="connect">Opens the connections to it, by the host's own rules.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The folder of the public keys cannot be used.</exception>
    public static async Task<KeyRing> OpenRemoteAsync(
        TokenServiceOptions options,
        TimeProvider time,
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect,
        CancellationToken cancellationToken
    )
    {
        Directory.CreateDirectory(options.KeyDirectory);
        var ring = new KeyRing(Path.GetFullPath(options.KeyDirectory), new TransitKeys(options.Signer!, time, connect), time);
        try
        {
            await ring.RefreshAsync(cancellationToken);
        }
        catch (SigningException)
        {
            // What was published last is taken still; where nothing was, verifiers on this machine find a set without keys.
            if (File.Exists(ring.PublicPath))
            {
                ring._jwks = await File.ReadAllTextAsync(ring.PublicPath, cancellationToken);
            }
            else
            {
                ring.Publish(ring._jwks);
            }
        }

        return ring;
    }

    /// <summary>Reads what other nodes made, makes a key that is due, and removes what nothing needs any more; called every minute.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            Take(await _source.ReadAsync(Find, _time.GetUtcNow(), cancellationToken));
        }
        finally
        {
            _turn.Release();
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

    /// <summary>Whether the oldest key is over: the next one has signed for so long that nothing of it is alive.</summary>
    internal static bool IsFirstOver(List<RingKey> keys, DateTimeOffset now) => keys.Count > 1 && keys[1].Created + Notice + Farewell < now;

    public void Dispose()
    {
        foreach (var key in _keys)
        {
            key.Dispose();
        }

        _source.Dispose();
        _turn.Dispose();
    }

    private static RingKey? CurrentOf(RingKey[] keys, DateTimeOffset now)
    {
        for (var i = keys.Length - 1; i > 0; i--)
        {
            if (keys[i].Created + Notice <= now)
            {
                return keys[i];
            }
        }

        return keys.Length == 0 ? null : keys[0];
    }

    private void Take(List<RingKey> keys)
    {
        var jwks = Write(keys);
        Publish(jwks);
        _keys = [.. keys];
        _jwks = jwks;
    }

    private void Publish(string jwks)
    {
        if (!File.Exists(PublicPath) || File.ReadAllText(PublicPath) != jwks)
        {
            RingFile.Write(PublicPath, jwks, isSecret: false);
        }
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
                var jwk = key.Public;
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
