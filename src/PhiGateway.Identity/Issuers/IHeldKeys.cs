namespace PhiGateway.Identity.Issuers;

/// <summary>
/// Public keys of others by which this node checks what they signed. The control plane shows them, and has them forgotten when one is stolen.
/// </summary>
public interface IHeldKeys
{
    /// <summary>The key sets that are held, one for each that signs.</summary>
    IReadOnlyList<HeldKeySet> Held { get; }

    /// <summary>
    /// Security: forgets the keys under a name and fetches them anew; until they are there nothing that was signed with them is taken. False:
    /// nobody here has that name.
    /// </summary>
    Task<bool> PurgeAsync(string name);
}

/// <summary>The keys of one who signs, as this node has them.</summary>
/// <param name="Name">Configured name, by which they are purged.</param>
/// <param name="Use">What is checked with them, such as <c>token-issuer</c>.</param>
/// <param name="Ready">Whether any are there.</param>
/// <param name="Message">In words, without secrets.</param>
/// <param name="Keys">The keys.</param>
public sealed record HeldKeySet(string Name, string Use, bool Ready, string Message, IReadOnlyList<HeldKey> Keys);

/// <summary>One public key.</summary>
/// <param name="KeyId"><c>kid</c>; null: it has none.</param>
/// <param name="Type"><c>kty</c>, with the curve where it has one, such as <c>EC P-256</c>.</param>
/// <param name="Algorithm">The only algorithm it may verify; null: any that fits it.</param>
/// <param name="Thumbprint">RFC 7638 thumbprint, by which a stolen key is recognised.</param>
public sealed record HeldKey(string? KeyId, string Type, string? Algorithm, string Thumbprint);
