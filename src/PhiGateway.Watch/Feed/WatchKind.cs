namespace PhiGateway.Watch.Feed;

/// <summary>What a watched record tells.</summary>
internal enum WatchKind : byte
{
    /// <summary>Something was let out, or a write was let in.</summary>
    Access,

    /// <summary>A request was refused.</summary>
    Refusal,

    /// <summary>A token was given, or an assertion was shown again.</summary>
    Token,

    /// <summary>Somebody added to a roster.</summary>
    RosterChange,

    /// <summary>A write ended of which nobody knows whether it was applied.</summary>
    UnknownOutcome,
}
