namespace PhiGateway.Policy.Snapshot;

/// <summary>The grace periods and longest intervals, in days, that decide when a client's path closes by itself.</summary>
public static class DoorDefaults
{
    /// <summary>
    /// Days that a credential is honoured after the day by which it must have been rotated: one working week to recover from a missed
    /// rotation.
    /// </summary>
    public const int RotationGraceDays = 7;

    /// <summary>Days for which an owner's "still mine" counts; twice a year, as access certification campaigns usually run.</summary>
    public const int OwnerConfirmationDays = 180;

    /// <summary>Days that a client is served after the day its access review, or its vendor's, was due.</summary>
    public const int ReviewGraceDays = 14;

    /// <summary>Longest time from one vendor review to the next, in days; three years, as certification cycles run.</summary>
    public const int LongestVendorReviewDays = 1096;

    /// <summary>Days before a door closes at which its owner is warned.</summary>
    public const int WarningDays = 14;
}
