using System.Security.Cryptography;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Audit;

/// <summary>
/// One data key: seals the bodies of one tenant and month, as one process writes them. Nobody else seals with it, so that a writer never
/// needs to read the table of keys.
/// </summary>
internal sealed class BodyKey
{
    private BodyKey(BodyScope scope, long id, byte[] secret, byte[] wrapped) => (Scope, Id, Secret, Wrapped) = (scope, id, secret, wrapped);

    public BodyScope Scope { get; }

    public long Id { get; }

    public byte[] Secret { get; }

    public byte[] Wrapped { get; }

    /// <summary>How many bodies it has sealed.</summary>
    public long Uses { get; set; }

    /// <summary>A new one, wrapped under the current body key.</summary>
    public static BodyKey Make(BodyKeyRing ring, BodyScope scope)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        RandomNumberGenerator.Fill(number);
        var id = BitConverter.ToInt64(number) & long.MaxValue;
        var secret = RandomNumberGenerator.GetBytes(BodyKeyRing.KeyBytes);
        return new BodyKey(scope, id, secret, ring.Wrap(id, secret));
    }
}

/// <summary>Whose bodies a data key seals.</summary>
/// <param name="Month">Such as 202611, UTC.</param>
/// <param name="Tenant">The tenant; null: records of no tenant, and of registers that outlive every tenant's content.</param>
internal readonly record struct BodyScope(int Month, string? Tenant)
{
    /// <summary>Number of the kind whose bodies are never destroyed with a tenant's: holds and what was deleted.</summary>
    public const short Register = (short)AuditKind.Hold;

    public static BodyScope Of(AuditEntry entry) =>
        new(AuditMonth.Of(entry.Time), entry.Kind == AuditKind.Hold ? null : StorableText.Clean(entry.Tenant));
}
