using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace PhiGateway.TokenService.Signing;

/// <summary>Signs with a private key in this process's memory.</summary>
/// <param name="pkcs8">The private key; a secret.</param>
internal sealed class FileKeySigner(byte[] pkcs8) : IKeySigner
{
    // One instance serves one caller at a time.
    private readonly ConcurrentBag<ECDsa> _idle = [];

    public bool IsRemote => false;

    public ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        var key = Take();
        try
        {
            return new(key.SignData(data.Span, HashAlgorithmName.SHA256));
        }
        finally
        {
            _idle.Add(key);
        }
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var key))
        {
            key.Dispose();
        }

        CryptographicOperations.ZeroMemory(pkcs8);
    }

    private ECDsa Take()
    {
        if (_idle.TryTake(out var key))
        {
            return key;
        }

        key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return key;
    }
}
