using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Apis;

/// <summary>A request to a declared API: what it means in FHIR's words, and the row that says so; immutable.</summary>
/// <param name="Meaning">What is decided and recorded.</param>
/// <param name="Operation">The row.</param>
/// <param name="Patient">The one patient whom the request's line names; null: none, or several.</param>
public sealed record ApiRequest(FhirRequest Meaning, ApiOperation Operation, PatientId? Patient)
{
    /// <summary>The sealed cursor that came with the request; null: none did.</summary>
    public string? Handle { get; init; }

    /// <summary>The backend's own cursor, once the seal was opened.</summary>
    public string? Cursor { get; init; }

    /// <summary>Whose records are asked for: whom the line names, or the body of a search; empty: nobody in particular.</summary>
    public IReadOnlyList<PatientId> Named { get; init; } = [];

    /// <summary>Of a page that was begun before: elements of the backend's page there that come before it.</summary>
    public int From { get; init; }

    /// <summary>Elements per page of the answer that led on to this one; 0: as many as the backend gives.</summary>
    public int PageSize { get; init; }

    /// <summary>The record's id in the path; null: the path names no record.</summary>
    public string? Id => Meaning.Id;

    /// <summary>Whether a record with these owners is one that was asked for: nobody's other than those whom the request names.</summary>
    public bool AsksFor(IReadOnlyList<PatientId> owners)
    {
        for (var i = 0; i < owners.Count && Named.Count > 0; i++)
        {
            if (!Named.Contains(owners[i]))
            {
                return false;
            }
        }

        return true;
    }
}
