namespace PhiGateway.Policy.Decisions;

/// <summary>Whether the present version of a resource was looked up before a write.</summary>
public enum StoredState : byte
{
    /// <summary>Nobody looked.</summary>
    Unknown = 0,

    /// <summary>There is none.</summary>
    Absent,

    /// <summary>Its facts stand beside it.</summary>
    Present,
}
