using System.Globalization;
using System.Security.Cryptography;

namespace PhiGateway.TokenService.Signing;

/// <summary>Keys as files of a folder that all nodes share: one each, encrypted, readable by their owner alone.</summary>
/// <param name="folder">The folder.</param>
/// <param name="secret">What encrypts them.</param>
/// <param name="rotateAfter">Age at which a key is followed by a new one.</param>
internal sealed class FolderKeys(string folder, string secret, TimeSpan rotateAfter) : IRingKeys
{
    private static readonly PbeParameters Encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 100_000);

    public ValueTask<List<RingKey>> ReadAsync(Func<string, RingKey?> known, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var keys = ReadAll(known);

        // One that a node made whose clock was far ahead is nobody's successor: with it the ring would stand still for as long.
        var newest = keys.FindLast(key => key.Created <= now + KeyRing.Notice);
        if (newest is null || now - newest.Created >= rotateAfter)
        {
            keys.Add(Make(now));
            keys.Sort(KeyRing.ByAge);
        }

        while (KeyRing.IsFirstOver(keys, now))
        {
            File.Delete(PathOf(keys[0]));
            keys.RemoveAt(0);
        }

        return new(keys);
    }

    public void Dispose() { }

    // In order of age. Those that are known are not decrypted again: that is made slow on purpose.
    private List<RingKey> ReadAll(Func<string, RingKey?> known)
    {
        var keys = new List<RingKey>();
        foreach (var path in Directory.EnumerateFiles(folder, "*.pem"))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            var dash = name.IndexOf('-', StringComparison.Ordinal);
            if (
                dash > 0
                && long.TryParse(name.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                && seconds < 253_402_300_799
            )
            {
                if ((known(name[(dash + 1)..]) ?? Read(path, DateTimeOffset.FromUnixTimeSeconds(seconds))) is { } key)
                {
                    keys.Add(key);
                }
            }
        }

        keys.Sort(KeyRing.ByAge);
        return keys;
    }

    // Null: there is no key in the file, or nothing at all, as after a disk that was full. It must not keep the ring from turning.
    private RingKey? Read(string path, DateTimeOffset created)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromEncryptedPem(File.ReadAllText(path), secret);
        }
        catch (ArgumentException)
        {
            return null;
        }

        return RingKey.Of(key, created, new FileKeySigner(key.ExportPkcs8PrivateKey()));
    }

    private RingKey Make(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signer = new FileKeySigner(key.ExportPkcs8PrivateKey());
        var made = RingKey.Of(key, DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds()), signer);
        RingFile.Write(PathOf(made), key.ExportEncryptedPkcs8PrivateKeyPem(secret, Encryption), isSecret: true);
        return made;
    }

    private string PathOf(RingKey key) =>
        Path.Combine(folder, $"{key.Created.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}-{key.Id}.pem");
}
