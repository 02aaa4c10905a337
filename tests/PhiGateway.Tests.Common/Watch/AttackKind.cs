namespace PhiGateway.Tests.Common.Watch;

/// <summary>The known kinds of attack that are planted.</summary>
internal enum AttackKind
{
    VolumeSpike,
    NewOperation,
    StolenToken,
    OffHours,
    SequentialNumbers,
    MissProbing,
    FastScrape,
    SlowDrip,
    HumanUse,
    CrossEnvironment,
    Probing,
    DormantWaking,
    RosterGrowth,

    /// <summary>Teaches the baseline: a little more each day.</summary>
    SlowRamp,

    /// <summary>Teaches the baseline: a burst some days before the real one.</summary>
    BurstBefore,

    /// <summary>Many clients, each of them little, on the same days.</summary>
    Together,
}
