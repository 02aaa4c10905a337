namespace PhiGateway.Tests.Common.Watch;

/// <summary>The known kinds of attack that are planted.</summary>
internal enum AttackKind
{
    /// <summary>An agent that asks for what its charter does not give it.</summary>
    OutsideCharter,

    /// <summary>At hours at which the client works, on a day of the week on which it never does.</summary>
    OffDay,

    /// <summary>Teaches the baseline: a few patients each night for weeks, before there are many.</summary>
    TaughtHours,

    /// <summary>By POST what the client never named together: the target says nothing of it.</summary>
    NewForm,

    VolumeSpike,

    /// <summary>The same within one minute.</summary>
    FastSpike,
    NewOperation,
    StolenToken,
    OffHours,
    SequentialNumbers,

    /// <summary>The same within a minute or two.</summary>
    FastSequence,
    MissProbing,

    /// <summary>The same by a token that says emergency.</summary>
    EmergencyMisses,
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

    /// <summary>A value that is not shown, found by halves.</summary>
    Bisection,

    /// <summary>A service's credential in another program: by hand, or in a script.</summary>
    NewProgram,

    /// <summary>A token that somebody kept, beside the client's own newer ones.</summary>
    StaleToken,

    /// <summary>No more calls than usual, each with far more records.</summary>
    WideAnswers,

    /// <summary>Searches by parameters that the client never named, chains among them.</summary>
    NewShape,

    /// <summary>Tokens that somebody else exchanges: through actors through whom the client never called.</summary>
    NewChain,

    /// <summary>A few calls from each of many networks.</summary>
    RotatingNetworks,

    /// <summary>Teaches what is known: strange networks are tried before one of them is used, days later.</summary>
    DecoyNetworks,

    /// <summary>Teaches what is known: a harmless read that is new, and then an export or a change.</summary>
    DecoyOperations,

    /// <summary>Requests made up until one of them works: refused for what they are rather than for what they ask.</summary>
    Fuzzing,

    /// <summary>Teaches the baseline: the same in little, some days before.</summary>
    FuzzingBefore,
}
