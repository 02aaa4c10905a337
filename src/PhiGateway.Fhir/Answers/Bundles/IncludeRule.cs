using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>
/// One <c>_include</c> or <c>_revinclude</c> of a search: by which elements of which type it leads to which. Asked of each entry that leaves
/// and of each that came along, so that nothing comes along by another element than the one that was asked for.
/// </summary>
internal sealed class IncludeRule
{
    // None: any.
    private readonly ResourceType _source;
    private readonly ElementSet _elements;
    private readonly ResourceType _target;

    private IncludeRule(ResourceType source, ElementSet elements, ResourceType target)
    {
        _source = source;
        _elements = elements;
        _target = target;
    }

    /// <summary>It brings what refers to what is there, not what that refers to.</summary>
    public bool IsReverse { get; private init; }

    /// <summary>It holds for what came along, too, and not only for matches.</summary>
    public bool Iterates { get; private init; }

    /// <summary>
    /// Reads it. A parameter that is none of R4's (an operator's, say), or one of which no element is known, follows any reference of its type.
    /// </summary>
    /// <param name="parameter">An include, as it was asked for.</param>
    public static IncludeRule Of(QueryParameter parameter)
    {
        var pieces = parameter.Value.Split(':');
        var elements = ElementSet.All;
        var target = default(ResourceType);
        if (ResourceType.TryParse(pieces[0], out var source) && pieces.Length > 1)
        {
            elements =
                SearchGrammar.TryFind(source, pieces[1], out var definition) && definition.Elements.Count > 0
                    ? ElementSet.Of(definition.Elements)
                    : elements;
            _ = pieces.Length > 2 && ResourceType.TryParse(pieces[2], out target);
        }

        return new IncludeRule(source, elements, target)
        {
            IsReverse = parameter.Name.StartsWith("_rev", StringComparison.Ordinal),
            Iterates =
                parameter.Name.EndsWith(":iterate", StringComparison.Ordinal)
                || parameter.Name.EndsWith(":recurse", StringComparison.Ordinal),
        };
    }

    /// <summary>Whether it follows references of resources of this type.</summary>
    public bool IsOf(ResourceType from) => _source.IsNone || _source == from;

    /// <summary>Whether it follows a reference.</summary>
    /// <param name="from">Type of the resource that holds the reference.</param>
    /// <param name="link">The reference, with its element.</param>
    public bool Follows(ResourceType from, in NamedRecord link) =>
        IsOf(from) && (_target.IsNone || _target == link.Name.Type) && _elements.Contains(link.Element);
}
