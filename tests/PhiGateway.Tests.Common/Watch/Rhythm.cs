namespace PhiGateway.Tests.Common.Watch;

/// <summary>When a synthetic client works.</summary>
internal enum Rhythm
{
    /// <summary>Working days, by daylight.</summary>
    Office,

    /// <summary>Each night, through its roster.</summary>
    Nightly,

    /// <summary>A little each working day, much at the month's end.</summary>
    MonthEnd,

    /// <summary>One night a week, through its roster.</summary>
    Weekly,

    /// <summary>Day and night.</summary>
    Around,

    /// <summary>People's apps: many subjects, many networks.</summary>
    App,

    /// <summary>An agent: bursts, by daylight.</summary>
    Agent,

    /// <summary>Three days a quarter.</summary>
    Quarterly,
}
