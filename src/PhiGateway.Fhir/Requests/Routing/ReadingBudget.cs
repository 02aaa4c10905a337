using PhiGateway.Fhir.Context;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Routing;

/// <summary>
/// What reading one request may cost: travels with it from reader to reader, all entries of a bundle draw on the same. Not thread-safe.
/// </summary>
internal sealed class ReadingBudget(FhirContext context)
{
    private int _values = context.MaxValues;
    private int _parts = context.MaxParts;

    /// <summary>More was asked for than there is: nothing more is read.</summary>
    internal bool IsSpent { get; private set; }

    /// <summary>The refusal of a request that asks for too much.</summary>
    internal static Refusal Refusal => new(DenyReason.RequestTooCostly, "more values, parts or entries than one request may have");

    /// <summary>Takes the values of one list, before it is taken apart; false when they are too many.</summary>
    internal bool TakeValues(string list)
    {
        var count = list.AsSpan().Count(',') + 1;
        return count <= context.MaxParameterValues && Take(ref _values, count);
    }

    /// <summary>Takes parts; false when they are too many.</summary>
    internal bool TakeParts(int count) => Take(ref _parts, count);

    private bool Take(ref int left, int count)
    {
        IsSpent |= count > left;
        left -= IsSpent ? left : count;
        return !IsSpent;
    }
}
