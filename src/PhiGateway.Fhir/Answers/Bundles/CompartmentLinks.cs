using PhiGateway.Fhir.Compartments;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Requests.Searching;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>
/// Says of each record of an answer that is asked for as what lies around one resource (a Patient's compartment, <c>$everything</c>)
/// whether the reference by which it lies there may be seen: that it came would tell of one that may not. Asked by <see cref="AnswerWork"/>.
/// </summary>
/// <remarks>Of other compartments' searches that is asked before they go: they filter by those references.</remarks>
internal sealed class CompartmentLinks
{
    private readonly ResourceType _compartment;
    private readonly ResourceType _only;
    private readonly PatientId? _patient;

    private CompartmentLinks(ResourceType compartment, string id, ResourceType only)
    {
        (_compartment, _only) = (compartment, only);
        _patient = compartment == ResourceType.Patient && PatientId.TryParse(id, out var patient) ? patient : null;
    }

    /// <summary>What an answer is held to; null: its records were found otherwise.</summary>
    /// <param name="request">What was asked; null for a Bundle inside another answer.</param>
    public static CompartmentLinks? Of(FhirRequest? request) =>
        request switch
        {
            { CompartmentId: { } id } when request.CompartmentType == ResourceType.Patient => new(
                ResourceType.Patient,
                id,
                request.Interaction == Interaction.SearchType ? request.Type : default
            ),
            { Operation: "$everything", Id: { } id } when CompartmentCatalog.IsCompartment(request.Type) => new(request.Type, id, default),
            _ => null,
        };

    /// <summary>Whether a record that may leave lies there by a reference that may not be seen.</summary>
    /// <param name="facts">The record.</param>
    /// <param name="elements">What may leave of it.</param>
    public bool Betray(ResourceFacts facts, ElementSet elements)
    {
        // Whose record it is stands in the open.
        var isTheirs = _patient is { } patient && facts.Owner == OwnerState.Known && facts.IsOwner(patient);
        if (elements.IsAll || isTheirs || (!_only.IsNone && facts.Type != _only))
        {
            return false;
        }

        foreach (var name in CompartmentCatalog.Parameters(_compartment, facts.Type))
        {
            if (
                SearchGrammar.TryFind(facts.Type, name, out var parameter)
                && IsHidden(parameter, elements, _compartment == ResourceType.Patient)
            )
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsHidden(SearchParameterDefinition parameter, ElementSet elements, bool isOfPatients)
    {
        foreach (var element in UsedElements.Of(parameter, isOfPatients))
        {
            if (!elements.Contains(element))
            {
                return true;
            }
        }

        return false;
    }
}
