using System.Text.Json;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>Keeps what a Bundle says of how many matches there are, and finds what of that may leave. Part of <see cref="BundleWalker"/>.</summary>
/// <param name="request">What was asked; null for a Bundle inside another answer.</param>
internal sealed class BundleTotal(FhirRequest? request)
{
    private int? _count;

    /// <summary>The Bundle says a number.</summary>
    public bool IsSaid { get; private set; }

    /// <summary>Takes in the value that the reader stands on; false: it is none.</summary>
    public bool TryTake(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.Number)
        {
            return false;
        }

        IsSaid = true;

        // More than FHIR's unsignedInt can say is no count that could be told.
        if (reader.TryGetInt32(out var count))
        {
            _count = count;
            return count >= 0;
        }

        return true;
    }

    /// <summary>The server's own count where it hides nobody; else what is on a page that is all there is; null: none leaves.</summary>
    /// <param name="isWhole">Nothing of what was asked for could be withheld.</param>
    /// <param name="hasOtherPages">The Bundle is one page of several.</param>
    /// <param name="entries">How many it has.</param>
    /// <param name="matches">How many matches leave.</param>
    public int? Find(bool isWhole, bool hasOtherPages, int entries, int matches)
    {
        if (!IsSaid)
        {
            return null;
        }

        if (isWhole && IsCounted(entries))
        {
            return _count;
        }

        if (!hasOtherPages)
        {
            return matches;
        }

        return isWhole && IsTold ? _count : null;
    }

    private bool IsTold =>
        request is { Interaction: Interaction.SearchType or Interaction.SearchSystem, IsCountOnly: false }
        && request.Parameter("_total") != "none";

    private bool IsCounted(int entries) => request is { IsCountOnly: true } ? entries == 0 : request?.Parameter("_total") == "accurate";
}
