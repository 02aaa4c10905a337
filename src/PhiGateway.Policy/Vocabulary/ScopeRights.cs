namespace PhiGateway.Policy.Vocabulary;

/// <summary>The rights of a SMART v2 scope, one flag for each of its letters.</summary>
[Flags]
public enum ScopeRights : byte
{
    None = 0,

    /// <summary>c</summary>
    Create = 1,

    /// <summary>r: read, vread, instance history.</summary>
    Read = 2,

    /// <summary>u: update, patch.</summary>
    Update = 4,

    /// <summary>d</summary>
    Delete = 8,

    /// <summary>s: type and system search and history.</summary>
    Search = 16,
}
