namespace PhiGateway.Policy.Decisions;

/// <summary>How a part belongs to a request: asked for outright, or pulled in or searched along the way.</summary>
public enum PartRole : byte
{
    /// <summary>Asked for outright.</summary>
    Target,

    /// <summary>Pulled in by <c>_include</c>.</summary>
    Include,

    /// <summary>Pulled in by <c>_revinclude</c>.</summary>
    RevInclude,

    /// <summary>Walked by a chained parameter: betrays whether a match exists.</summary>
    Chain,

    /// <summary>Walked by <c>_has</c>.</summary>
    ReverseChain,

    /// <summary>Searched by a conditional create, update, patch, delete or reference.</summary>
    Condition,
}
