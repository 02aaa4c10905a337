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
