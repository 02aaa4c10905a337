using PhiGateway.Watch.Baselines;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Registered;

namespace PhiGateway.Watch.Rules;

/// <summary>One record of a client with everything that rules may ask about it; made by the detector, passed to each rule.</summary>
/// <param name="Seen">The record; it is counted already.</param>
/// <param name="Watch">How the client usually behaves and what it does now.</param>
/// <param name="Registered">What the registry says; null: the client is no longer in it.</param>
/// <param name="Gap">How long it had been silent.</param>
internal readonly record struct Sighting(WatchEvent Seen, ClientWatch Watch, RegisteredClient? Registered, TimeSpan Gap)
{
    // A change that was approved shows within two weeks; until then more than usual is no surprise.
    private static readonly TimeSpan Announced = TimeSpan.FromDays(14);

    private const int AnnouncedFactor = 4;
    private const int HomeDays = 3;

    // Of more networks than are kept some come back by chance; what is its own comes day after day.
    private const int HomeDaysAmongMany = 14;

    public ClientBaseline Baseline => Watch.Baseline;

    public ClientActivity Activity => Watch.Activity;

    /// <summary>Whether it comes from a network of the client's own: an approved one, or one that it used on several days.</summary>
    public bool IsAtHome => Registered?.Covers(Seen.Peer) == true || Baseline.Networks.Find(Seen.Network)?.Days >= LeastHomeDays;

    /// <summary>Whether enough is known of the client to say what is much for it.</summary>
    public bool IsLearned => Baseline.AgeAt(Seen.Time) >= ClientBaseline.LearningDays;

    /// <summary>Whether its rights were approved anew lately, and not when it was first seen.</summary>
    public bool IsAnnounced =>
        Registered?.ApprovedAt is { } approved
        && approved <= Seen.Time
        && Seen.Time - approved <= Announced
        && Baseline.AgeAt(approved) > ClientBaseline.FirstDays;

    /// <summary>By how much limits are wider because of that.</summary>
    public int Width => IsAnnounced ? AnnouncedFactor : 1;

    private int LeastHomeDays => Baseline.Networks.IsFull ? HomeDaysAmongMany : HomeDays;
}
