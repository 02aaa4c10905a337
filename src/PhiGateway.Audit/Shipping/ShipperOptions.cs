namespace PhiGateway.Audit.Shipping;

/// <summary>How large the shipper's batches are, and how long it waits between them and after failures.</summary>
public sealed record ShipperOptions
{
    /// <summary>Most records of one batch; default 4,000.</summary>
    public int BatchRecords { get; init; } = 4_000;

    /// <summary>Most bytes of bodies in one batch; default 4 MiB.</summary>
    public int BatchBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Pause after a batch that was not full, so that the next one is worth a transaction; default 100 ms.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Pause after a batch of more than <see cref="ManyRecords"/>: under load a larger transaction costs less for each record; default
    /// 400 ms.
    /// </summary>
    public TimeSpan LoadedInterval { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>Records of a batch above which there is load; default 250.</summary>
    public int ManyRecords { get; init; } = 250;

    /// <summary>
    /// How often the store is asked whether it still has everything that it confirmed, beside what it is asked after a failure; default 2 s.
    /// </summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>First pause after a failure; doubles with each one.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest pause between two tries.</summary>
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(15);
}
