using System.Security.Cryptography;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Audit;

/// <summary>Seals the bodies of batches on their way into the store, with data keys that live as long as this process. Thread-safe.</summary>
internal sealed class BodySealer(BodyKeyRing? ring)
{
    // Far below what random nonces of 96 bits allow under one key (2^32).
    private const long MostUses = 1L << 30;

    // Tenants times months that are written at once; what is forgotten gets another key.
    private const int MostKeys = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<BodyScope, BodyKey> _keys = [];

    /// <summary>What is to be stored of a batch: as it is where nothing is sealed.</summary>
    public SealedBodies Seal(IReadOnlyList<AuditEntry> entries)
    {
        if (ring?.Current is null)
        {
            return SealedBodies.Plain(entries);
        }

        lock (_lock)
        {
            var batch = new SealedBodies(entries.Count);
            var ciphers = new Dictionary<BodyKey, AesGcm>();
            try
            {
                foreach (var entry in entries)
                {
                    var key = KeyOf(BodyScope.Of(entry));
                    if (!ciphers.TryGetValue(key, out var cipher))
                    {
                        ciphers[key] = cipher = new AesGcm(key.Secret, BodyKeyRing.TagBytes);
                    }

                    batch.Add(key, BodySeal.Seal(cipher, key.Id, entry.Log, entry.Sequence, entry.Body.Span));
                    key.Uses++;
                }
            }
            finally
            {
                foreach (var cipher in ciphers.Values)
                {
                    cipher.Dispose();
                }
            }

            return batch;
        }
    }

    private BodyKey KeyOf(BodyScope scope)
    {
        if (_keys.TryGetValue(scope, out var key) && key.Uses < MostUses)
        {
            return key;
        }

        if (_keys.Count >= MostKeys)
        {
            _keys.Clear();
        }

        return _keys[scope] = BodyKey.Make(ring!, scope);
    }
}
