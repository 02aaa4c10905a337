using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Settle;

/// <summary>Says what a write puts upstream, for the guards that look through it for names.</summary>
internal static class WrittenContent
{
    /// <summary>The resource as it would be, the patch that the upstream applies, or what an operation takes in.</summary>
    /// <param name="request">A settled write.</param>
    public static ReadOnlyMemory<byte> Of(FhirRequest request) =>
        request switch
        {
            { Patch.IsAppliedHere: true } => request.Patched,
            { Patch: { } patch } => patch.Rewritten,
            { Patched.IsEmpty: false } => request.Patched,
            _ => request.Body,
        };

    /// <summary>
    /// Whether it is content, kept or not, in which a server may look up what it names: a write, or what an operation takes in that is about
    /// records. Terminology and conformance are nobody's.
    /// </summary>
    /// <param name="request">A settled request.</param>
    public static bool IsLookedInto(FhirRequest request) =>
        request.Interaction switch
        {
            Interaction.Create or Interaction.Update or Interaction.Patch => true,
            Interaction.Operation => request.OperationWrites || request.Operation == "$validate" || IsOfRecords(request),
            _ => false,
        };

    /// <summary>Whether an operation may tell of records by what it answers.</summary>
    /// <param name="request">The call of an operation.</param>
    public static bool IsOfRecords(FhirRequest request)
    {
        for (var i = 0; i < request.Parts.Count; i++)
        {
            if (request.Parts[i] is { Interaction: Interaction.Operation, Values: OperationValues.Nobody })
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What the upstream makes of it, and where its texts will stand, cannot be seen here.</summary>
    /// <param name="request">A settled write.</param>
    public static bool IsPlacedElsewhere(FhirRequest request) =>
        request.Interaction == Interaction.Operation || IsAppliedElsewhere(request);

    /// <summary>Whether it is a patch that the upstream applies.</summary>
    /// <param name="request">A settled write.</param>
    public static bool IsAppliedElsewhere(FhirRequest request) => request.Patch is { IsAppliedHere: false };

    /// <summary>What is named in places where it was not named before.</summary>
    /// <param name="request">The settled write.</param>
    /// <param name="places">Names with the elements that they stand in, as <c>element name</c>; without an element, as <c> name</c>.</param>
    /// <param name="stored">The same of the stored version; null: there is none.</param>
    /// <returns>The names.</returns>
    /// <remarks>
    /// A name that stands elsewhere in the record is new here: that it may be put here must not tell that it stands in an element that does
    /// not leave, nor open what it names.
    /// </remarks>
    public static HashSet<string> NewNames(FhirRequest request, HashSet<string> places, IReadOnlyCollection<string>? stored)
    {
        places.ExceptWith(stored ?? []);
        HashSet<string> names = [.. places.Select(static place => NameOf(place))];
        foreach (var place in stored ?? [])
        {
            // Of a patch that the upstream applies it is known which elements it touches.
            if (request.Patch is { IsAppliedHere: false } patch && patch.Touched.Contains(place[..place.LastIndexOf(' ')]))
            {
                names.Remove(NameOf(place));
            }
        }

        return names;
    }

    private static string NameOf(string place) => place[(place.LastIndexOf(' ') + 1)..];
}
