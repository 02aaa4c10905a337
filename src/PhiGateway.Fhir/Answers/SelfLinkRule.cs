namespace PhiGateway.Fhir.Answers;

/// <summary>
/// What a search answer's self link must show when the permit narrowed the search (FHIR R4 3.1.1.1.2: it shows the parameters that were
/// used).
/// </summary>
public enum SelfLinkRule : byte
{
    /// <summary>There is one, and it shows what was added.</summary>
    Required = 0,

    /// <summary>When it has parameters, it shows what was added; none, or one without parameters, says nothing either way.</summary>
    Optional,

    /// <summary>Security: nothing is asked; what the upstream ignored is seen by nobody but the filter.</summary>
    Ignored,
}
