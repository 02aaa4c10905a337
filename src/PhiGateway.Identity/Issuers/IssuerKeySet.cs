namespace PhiGateway.Identity.Issuers;

/// <summary>The signing keys that an issuer published at one moment, found by their id; immutable, replaced as a whole.</summary>
internal sealed class IssuerKeySet(IReadOnlyList<IssuerKey> keys)
{
    public int Count => keys.Count;

    /// <summary>The keys, in the order of the set.</summary>
    public IReadOnlyList<IssuerKey> All => keys;

    /// <summary>
    /// The one key for a token's header; null when there is none, and also when there are several, since then no reading is the right one.
    /// </summary>
    public IssuerKey? Find(string? keyId, SignatureAlgorithm algorithm)
    {
        IssuerKey? found = null;
        foreach (var key in keys)
        {
            if ((keyId is not null && key.KeyId != keyId) || !key.Fits(algorithm))
            {
                continue;
            }

            if (found is not null)
            {
                return null;
            }

            found = key;
        }

        return found;
    }

    /// <summary>Whether the very same key is still published under the same name and for the same use.</summary>
    public bool Contains(IssuerKey wanted)
    {
        foreach (var key in keys)
        {
            if (key.Thumbprint == wanted.Thumbprint && key.KeyId == wanted.KeyId && key.Algorithm == wanted.Algorithm)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether both hold the same keys.</summary>
    public bool IsSameAs(IssuerKeySet other)
    {
        foreach (var key in keys)
        {
            if (!other.Contains(key))
            {
                return false;
            }
        }

        return Count == other.Count;
    }
}
