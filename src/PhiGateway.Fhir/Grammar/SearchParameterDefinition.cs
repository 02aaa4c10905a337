using PhiGateway.Fhir.Grammar.Declared;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Grammar;

/// <summary>One search parameter of one resource type; immutable.</summary>
public sealed class SearchParameterDefinition
{
    internal SearchParameterDefinition(
        string name,
        SearchParameterKind kind,
        string[] paths,
        string[] elements,
        ResourceTypeSet targets,
        bool isOwner
    )
    {
        Name = name;
        Kind = kind;
        Paths = paths;
        Elements = elements;
        Targets = targets;
        IsOwner = isOwner;
        TargetsPatient = targets.Contains(ResourceType.Patient);
        TargetsAnything = targets.Count > 100;
    }

    /// <summary>The parameter's code, such as <c>category</c>.</summary>
    public string Name { get; }

    public SearchParameterKind Kind { get; }

    /// <summary>JSON element paths that it looks at; empty when the definition is no simple path.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>Top-level elements that it looks at; empty means unknown, so nothing may be concluded.</summary>
    public IReadOnlyList<string> Elements { get; }

    /// <summary>Types that a reference may point at.</summary>
    public ResourceTypeSet Targets { get; }

    /// <summary>Whether it looks only at the elements that say whose record a resource is, and can point at a Patient.</summary>
    public bool IsOwner { get; }

    /// <summary>Whether a Patient is among the targets.</summary>
    public bool TargetsPatient { get; }

    /// <summary>Reference(Any).</summary>
    public bool TargetsAnything { get; }

    /// <summary>Whether a resource holds at most one reference or code that it looks at; false: several, or not known.</summary>
    public bool IsSingle { get; init; }

    /// <summary>Canonical address of the definition, for a parameter that an operator declared; null for R4's own.</summary>
    public string? Url { get; init; }

    /// <summary>How it may be used, for a parameter that an operator declared; null for R4's own.</summary>
    internal ParameterRules? Rules { get; init; }
}
