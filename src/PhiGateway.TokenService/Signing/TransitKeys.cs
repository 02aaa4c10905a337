using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using PhiGateway.TokenService.Configuration;

namespace PhiGateway.TokenService.Signing;

/// <summary>
/// The versions of one key in the Transit engine of Vault or OpenBao: <c>GET {mount}/keys/{name}</c>. Who rotates the key there rotates the
/// ring; private halves never leave it.
/// </summary>
internal sealed class TransitKeys : IRingKeys
{
    // A ring of years; older ones have signed nothing that is alive.
    private const int MostVersions = 64;

    private readonly TransitClient _client;

    public TransitKeys(
        SignerOptions options,
        TimeProvider time,
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect
    ) => _client = new TransitClient(options, time, connect);

    public async ValueTask<List<RingKey>> ReadAsync(Func<string, RingKey?> known, DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var answer = await _client.GetKeyAsync(cancellationToken);
        var keys = new List<RingKey>();
        try
        {
            var data = answer.RootElement.GetProperty("data");
            if (data.GetProperty("type").GetString() != "ecdsa-p256")
            {
                throw new SigningException("refused");
            }

            // By number: a map comes in the order of its names as texts, where 99 is the last of a hundred.
            var versions = data.GetProperty("keys")
                .EnumerateObject()
                .Select(static version => (Number: NumberOf(version.Name), version.Value))
                .Where(static version => version.Number > 0)
                .OrderByDescending(static version => version.Number)
                .Take(MostVersions);
            foreach (var (number, value) in versions)
            {
                keys.Add(Read(number, value, known));
            }
        }
        catch (Exception fault)
            when (fault
                    is KeyNotFoundException
                        or InvalidOperationException
                        or FormatException
                        or ArgumentException
                        or CryptographicException
            )
        {
            throw new SigningException("refused");
        }

        keys.Sort(KeyRing.ByAge);
        while (KeyRing.IsFirstOver(keys, now))
        {
            // It stays where it is: that is not ours to delete.
            keys.RemoveAt(0);
        }

        return keys.Count > 0 ? keys : throw new SigningException("no-key");
    }

    public void Dispose() => _client.Dispose();

    private static int NumberOf(string name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private RingKey Read(int number, JsonElement version, Func<string, RingKey?> known)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(version.GetProperty("public_key").GetString());
        if (!RingKey.IsOfTheSort(key))
        {
            throw new SigningException("refused");
        }

        var made = RingKey.Of(key, version.GetProperty("creation_time").GetDateTimeOffset(), new TransitSigner(_client, number));
        return known(made.Id) ?? made;
    }

    // One version of the key.
    private sealed class TransitSigner(TransitClient client, int version) : IKeySigner
    {
        public bool IsRemote => true;

        public ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
            client.SignAsync(version, data, cancellationToken);

        public void Dispose() { }
    }
}
