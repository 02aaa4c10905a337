namespace PhiGateway.Storage.Schema;

/// <summary>Table <c>idempotency</c>: answers remembered for 24 hours.</summary>
internal sealed class IdempotencyRow
{
    public required string Key { get; set; }

    public required string BodyHash { get; set; }

    public int Status { get; set; }

    public required string Body { get; set; }

    public DateTimeOffset At { get; set; }
}
