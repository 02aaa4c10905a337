namespace PhiGateway.Watch.Detection;

/// <summary>How the trail is watched.</summary>
public sealed record TrailWatchOptions
{
    /// <summary>How long after a round the next one begins; default 5 seconds.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Where baselines are kept over a restart; null: nowhere, and they are learned from the whole trail at each start.</summary>
    public string? StateFile { get; init; }
}
