using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// The judge's result for one resource on its way out (or in, for the body of a write): the elements that may leave, or why it is withheld.
/// </summary>
public readonly record struct ReleaseVerdict
{
    private ReleaseVerdict(WithholdReason reason, ElementSet? elements, string? rule) =>
        (Reason, Elements, Rule) = (reason, elements, rule);

    /// <summary><see cref="WithholdReason.None"/> means it may leave.</summary>
    public WithholdReason Reason { get; }

    /// <summary>Elements that may leave; null when withheld.</summary>
    public ElementSet? Elements { get; }

    /// <summary>The grant that released it.</summary>
    public string? Rule { get; }

    /// <summary>The policy of the registry that released it; null: withheld, or released by another sort of policy.</summary>
    internal GrantReleasePolicy? Judge { get; private init; }

    /// <summary>The grants under which it did.</summary>
    internal GrantSet Grants { get; private init; }

    /// <summary>May leave, with these elements.</summary>
    public static ReleaseVerdict Released(ElementSet elements, string rule) => new(WithholdReason.None, elements, rule);

    /// <summary>The same by the registry's own grants.</summary>
    internal static ReleaseVerdict Released(ElementSet elements, string rule, GrantReleasePolicy judge, GrantSet grants) =>
        new(WithholdReason.None, elements, rule) { Judge = judge, Grants = grants };

    /// <summary>Must stay.</summary>
    public static ReleaseVerdict Withheld(WithholdReason reason) =>
        new(reason == WithholdReason.None ? WithholdReason.NotCovered : reason, null, null);
}

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
