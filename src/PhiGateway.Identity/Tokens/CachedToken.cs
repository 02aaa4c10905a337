using PhiGateway.Identity.Issuers;
using PhiGateway.Identity.Proofs;
using PhiGateway.Policy.Decisions;

namespace PhiGateway.Identity.Tokens;

/// <summary>A token that was found valid, with what must still hold for that to be true.</summary>
internal sealed class CachedToken(
    string token,
    Caller caller,
    TrustedIssuer issuer,
    IssuerKey? signedBy,
    IssuerKeySet? keys,
    byte[]? certificate,
    BoundKey? key,
    long validUntil,
    int purges = 0
)
{
    private volatile IssuerKeySet? _keys = keys;
    private volatile bool _touched;

    /// <summary>The whole token, signature included: what the cache asks by. A secret; never written anywhere.</summary>
    public string Token { get; } = token;

    public Caller Caller { get; } = caller;

    /// <summary>SHA-256 of the certificate the token is bound to (RFC 8705); null: not bound. Compared on every call.</summary>
    public byte[]? Certificate { get; } = certificate;

    /// <summary>The key the token is bound to (RFC 9449); null: none. Its proof is checked on every call.</summary>
    public BoundKey? Key { get; } = key;

    /// <summary>Marks a use; true use since the last <see cref="ForgetUse"/> gives a second chance against eviction.</summary>
    public bool WasUsed => _touched;

    /// <summary>Whether it is still valid at a moment (UTC ticks): neither past its time nor signed by a key that is gone.</summary>
    public bool IsValid(long now)
    {
        if (now >= validUntil)
        {
            return false;
        }

        // What its issuer was asked about holds for its time, unless its keys were purged: an answer may have been signed by a stolen one.
        if (signedBy is null)
        {
            return issuer.Keys.Purges == purges;
        }

        var current = issuer.Keys.Current;
        if (ReferenceEquals(current, _keys))
        {
            return true;
        }

        if (current is null || !current.Contains(signedBy))
        {
            return false;
        }

        _keys = current;
        return true;
    }

    public void NoteUse()
    {
        // Written only on change, so that a busy token's cache line is not fought over.
        if (!_touched)
        {
            _touched = true;
        }
    }

    public void ForgetUse() => _touched = false;
}
