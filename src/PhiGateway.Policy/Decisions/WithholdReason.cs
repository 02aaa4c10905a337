namespace PhiGateway.Policy.Decisions;

/// <summary>Why a resource is withheld; the default value of a verdict releases nothing because its elements are null.</summary>
public enum WithholdReason : byte
{
    None = 0,

    /// <summary>No grant or scope covers its type.</summary>
    NotCovered,

    /// <summary>Another patient's.</summary>
    OutsidePatients,

    /// <summary>Whose it is could not be established.</summary>
    UndeterminedPatient,

    /// <summary>Above the confidentiality ceiling.</summary>
    Confidentiality,

    /// <summary>Carries a sensitivity label that is not permitted.</summary>
    Label,

    /// <summary>Does not satisfy a grant's or scope's condition.</summary>
    Condition,

    /// <summary>Could not be judged.</summary>
    Unjudgeable,

    /// <summary>Does not carry the tenant's tag, or carries another tenant's.</summary>
    OutsideTenant,

    /// <summary>An earlier version of what may not be shown as it is now, or is not known as it is now.</summary>
    CurrentVersion,

    /// <summary>It lies around what was asked for by a reference that may not be seen.</summary>
    HiddenReference,
}
