namespace PhiGateway.Storage.Schema;

/// <summary>Table <c>revocation</c>: rows are added, never changed; those that have an end are deleted some time after it.</summary>
internal sealed class RevocationRow
{
    public required string Id { get; set; }

    public short Target { get; set; }

    public required string Value { get; set; }

    public string? Issuer { get; set; }

    public DateTimeOffset? IssuedBefore { get; set; }

    public required string Reason { get; set; }

    public required string RevokedBy { get; set; }

    public DateTimeOffset RevokedAt { get; set; }

    public bool Lifted { get; set; }

    public DateTimeOffset? Until { get; set; }

    public long Revision { get; set; }
}
