namespace PhiGateway.TokenService.Signing;

/// <summary>Signs with one private key, wherever that is: in memory, or where it never leaves (a KMS, an HSM behind one).</summary>
internal interface IKeySigner : IDisposable
{
    /// <summary>An ES256 signature over data, r and s in 64 bytes (RFC 7518 section 3.4).</summary>
    /// <exception cref="SigningException">There is none, within a bounded time.</exception>
    ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken);

    /// <summary>Whether somebody else makes the signature, so that it is checked before it is used.</summary>
    bool IsRemote { get; }
}
