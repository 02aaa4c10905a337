using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace PhiGateway.Console.Sessions;

/// <summary>
/// Protects what a sign-in leaves with the browser and the identity provider (state, nonce) under a key that all nodes are configured with, so
/// that a sign-in begun at one of them ends at another; and the sessions themselves. Used by the OpenID Connect handler and by
/// <see cref="SessionSeal"/>.
/// </summary>
/// <remarks>Security: each purpose has a key of its own, and what was protected for one opens for no other; what was altered opens for none.</remarks>
internal sealed class SharedProtection : IDataProtector
{
    private const int KeySize = 32;
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private readonly byte[] _key;

    /// <summary>Of the configured secret.</summary>
    public SharedProtection(byte[] secret)
        : this(secret, "phi-gateway console sign-in") { }

    private SharedProtection(byte[] secret, string purpose) =>
        _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, KeySize, info: Encoding.UTF8.GetBytes(purpose));

    /// <inheritdoc/>
    public IDataProtector CreateProtector(string purpose) => new SharedProtection(_key, purpose);

    /// <inheritdoc/>
    public byte[] Protect(byte[] plaintext)
    {
        var made = new byte[NonceSize + TagSize + plaintext.Length];
        RandomNumberGenerator.Fill(made.AsSpan(0, NonceSize));
        using var cipher = new AesGcm(_key, TagSize);
        cipher.Encrypt(made.AsSpan(0, NonceSize), plaintext, made.AsSpan(NonceSize + TagSize), made.AsSpan(NonceSize, TagSize));
        return made;
    }

    /// <inheritdoc/>
    /// <exception cref="CryptographicException">It was protected by somebody else, for something else, or was altered.</exception>
    public byte[] Unprotect(byte[] protectedData)
    {
        if (protectedData.Length < NonceSize + TagSize)
        {
            throw new CryptographicException("It is too short to be protected.");
        }

        var plain = new byte[protectedData.Length - NonceSize - TagSize];
        using var cipher = new AesGcm(_key, TagSize);
        cipher.Decrypt(
            protectedData.AsSpan(0, NonceSize),
            protectedData.AsSpan(NonceSize + TagSize),
            protectedData.AsSpan(NonceSize, TagSize),
            plain
        );
        return plain;
    }
}
