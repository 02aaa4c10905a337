using System.Runtime.CompilerServices;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Apis;

/// <summary>Says where a record in a body or an answer holds what policy must know of it (patient, id, labels, codes); immutable.</summary>
internal sealed record ApiShape
{
    private readonly ConditionalWeakTable<ElementSet, KeepNode> _kept = [];

    /// <summary>Type of every record of this shape.</summary>
    public required ResourceType Type { get; init; }

    /// <summary>Confidentiality of a record that says none.</summary>
    public required Confidentiality Floor { get; init; }

    public JsonPointer? Patient { get; init; }

    public PatientIdForm PatientForm { get; init; } = new(string.Empty, false);

    /// <summary>The record is that of the patient whom the request's line names.</summary>
    public bool TakesRequestPatient { get; init; }

    /// <summary>The type is nobody's record.</summary>
    public bool IsNobodys { get; init; }

    public JsonPointer? Id { get; init; }

    public JsonPointer? Confidentiality { get; init; }

    public JsonPointer? Labels { get; init; }

    /// <summary>Token parameters and where their codes stand.</summary>
    public IReadOnlyList<KeyValuePair<string, JsonPointer>> Tokens { get; init; } = [];

    /// <summary>FHIR elements and where they stand; empty: nothing can be trimmed.</summary>
    public IReadOnlyList<KeyValuePair<string, JsonPointer>> Elements { get; init; } = [];

    /// <summary>Whether records can be trimmed to these elements.</summary>
    public bool CanTrim(ElementSet elements) => Elements.Count > 0 && elements.Masks.Count == 0;

    /// <summary>
    /// What leaves of a record under a set of elements: those places, and what the record is called and labelled, as <c>id</c> and
    /// <c>meta</c> do in FHIR.
    /// </summary>
    public KeepNode Keep(ElementSet elements) => _kept.GetValue(elements, Build);

    /// <summary>The elements that stand in a top-level member; an unknown one for a member that holds anything else.</summary>
    public IEnumerable<string> ElementsOf(string member)
    {
        var found = Elements
            .Where(element => element.Value.Steps.Count == 1 && element.Value.Steps[0] == member)
            .Select(static element => element.Key)
            .ToList();
        return found.Count > 0 ? found : [AccessPart.UnknownElement];
    }

    /// <summary>Top-level members that say whose the record is, what it is or how it is labelled.</summary>
    public IEnumerable<string> ProtectedMembers() =>
        new[] { Patient, Id, Confidentiality, Labels }
            .Concat(Tokens.Select(static token => token.Value))
            .Select(static pointer => pointer?.Steps[0])
            .OfType<string>();

    private KeepNode Build(ElementSet elements)
    {
        var kept = new KeepNode();
        foreach (var (element, pointer) in Elements)
        {
            if (elements.Contains(element))
            {
                kept.Add(pointer);
            }
        }

        foreach (var pointer in new[] { Id, Confidentiality, Labels }.OfType<JsonPointer>())
        {
            kept.Add(pointer);
        }

        return kept;
    }
}
