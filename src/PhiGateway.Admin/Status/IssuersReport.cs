using PhiGateway.Identity.Issuers;

namespace PhiGateway.Admin.Status;

/// <summary>By whose public keys one node checks what others signed.</summary>
/// <param name="Node">Name of the node; each has keys of its own.</param>
/// <param name="Items">One for each that signs.</param>
public sealed record IssuersReport(string Node, IReadOnlyList<KeySetLine> Items);

/// <summary>The keys of one who signs.</summary>
/// <param name="Name">Configured name, by which they are purged.</param>
/// <param name="Use">What is checked with them: token-issuer, identity-provider (assertions about persons), administrators (the control
/// plane's tokens), console (sign-ins there), transmitter (shared signals) or registered-client (keys that clients publish).</param>
/// <param name="Ready">Whether they can be used.</param>
/// <param name="Message">In words.</param>
/// <param name="Keys">The keys.</param>
public sealed record KeySetLine(string Name, string Use, bool Ready, string Message, IReadOnlyList<PublicKeyLine> Keys)
{
    internal static KeySetLine Of(HeldKeySet set) =>
        new(
            set.Name,
            set.Use,
            set.Ready,
            set.Message,
            [.. set.Keys.Select(static key => new PublicKeyLine(key.KeyId, key.Type, key.Algorithm, key.Thumbprint))]
        );
}

/// <summary>One public key.</summary>
/// <param name="KeyId">Its kid; null: it has none.</param>
/// <param name="Type">Its type, with the curve where it has one.</param>
/// <param name="Algorithm">The only algorithm that it may verify; null: any that fits it.</param>
/// <param name="Thumbprint">Its RFC 7638 thumbprint.</param>
public sealed record PublicKeyLine(string? KeyId, string Type, string? Algorithm, string Thumbprint);
