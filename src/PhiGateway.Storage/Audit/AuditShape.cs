using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Audit;

/// <summary>
/// The combination of everything that a record is searched by, but for its moment, its patients and its id. Made of an entry by the store,
/// which keeps each combination once a month (<c>audit_shape</c>) and its <see cref="ComputeId"/> with the record.
/// </summary>
/// <param name="Month">As 202611, UTC; not part of the id.</param>
/// <param name="Kind">Number of the kind.</param>
/// <param name="Decision">As in the entry, like all that follow.</param>
internal readonly record struct AuditShape(
    int Month,
    short Kind,
    string Decision,
    string? Reason,
    string? Client,
    string? Tenant,
    string? Actor,
    string? ResourceType,
    string? Interaction,
    string? UseCase,
    string? Organization,
    string? Purpose
)
{
    /// <summary>The columns of <c>audit_shape</c>, in the order of the members, the id behind the month.</summary>
    public const string Columns =
        "month, id, kind, decision, reason, client, tenant, actor, resource_type, interaction, use_case, organization, purpose";

    /// <summary>Cleaned as the columns are, so that what is looked for is found.</summary>
    public static AuditShape Of(AuditEntry entry) =>
        new(
            AuditMonth.Of(entry.Time),
            (short)entry.Kind,
            StorableText.Clean(entry.Decision)!,
            StorableText.Clean(entry.Reason),
            StorableText.Clean(entry.Client),
            StorableText.Clean(entry.Tenant),
            StorableText.Clean(entry.Actor),
            StorableText.Clean(entry.ResourceType),
            StorableText.Clean(entry.Interaction),
            StorableText.Clean(entry.UseCase),
            StorableText.Clean(entry.Organization),
            StorableText.Clean(entry.Purpose)
        );

    /// <summary>Whether two entries have one shape, told without making it; false also where only making it tells.</summary>
    public static bool IsThatOf(AuditEntry entry, AuditEntry other) =>
        entry.Kind == other.Kind
        && ReferenceEquals(entry.Decision, other.Decision)
        && ReferenceEquals(entry.Reason, other.Reason)
        && ReferenceEquals(entry.Client, other.Client)
        && ReferenceEquals(entry.Tenant, other.Tenant)
        && ReferenceEquals(entry.Actor, other.Actor)
        && ReferenceEquals(entry.ResourceType, other.ResourceType)
        && ReferenceEquals(entry.Interaction, other.Interaction)
        && ReferenceEquals(entry.UseCase, other.UseCase)
        && ReferenceEquals(entry.Organization, other.Organization)
        && ReferenceEquals(entry.Purpose, other.Purpose)
        && AuditMonth.Of(entry.Time) == AuditMonth.Of(other.Time);

    /// <summary>
    /// The same on every node and after every restart, so that no database has to give numbers out: 63 bits of SHA-256 over the members,
    /// never negative.
    /// </summary>
    public long ComputeId()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, Kind);
        hash.AppendData(number);
        foreach (
            var text in (ReadOnlySpan<string?>)
                [Decision, Reason, Client, Tenant, Actor, ResourceType, Interaction, UseCase, Organization, Purpose]
        )
        {
            // Lengths keep "a", "bc" from being "ab", "c"; nothing is not an empty text.
            var bytes = text is null ? [] : Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt32BigEndian(number, text is null ? -1 : bytes.Length);
            hash.AppendData(number);
            hash.AppendData(bytes);
        }

        Span<byte> digest = stackalloc byte[32];
        hash.GetHashAndReset(digest);
        return BinaryPrimitives.ReadInt64BigEndian(digest) & long.MaxValue;
    }
}
