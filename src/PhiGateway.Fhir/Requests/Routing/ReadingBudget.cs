using PhiGateway.Fhir.Context;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Routing;

/// <summary>
/// Counts the values and parts that reading one request takes, and says when it costs too much; all entries of a bundle draw on the same.
/// Not thread-safe.
/// </summary>
internal sealed class ReadingBudget(FhirContext context)
{
    private int _values = context.MaxValues;
    private int _spelled = context.MaxSpelled;
    private int _parts = context.MaxParts;
    private string _exceeded = "request-values";

    /// <summary>More was asked for than there is: nothing more is read.</summary>
    internal bool IsSpent { get; private set; }

    /// <summary>The refusal of a bundle of too many entries.</summary>
    internal static Refusal TooManyEntries => new(DenyReason.RequestTooCostly, "bundle-entries");

    /// <summary>The refusal of a request that asked for too much; names what of.</summary>
    internal Refusal Refusal => new(DenyReason.RequestTooCostly, _exceeded);

    /// <summary>Takes the values of one list, before it is taken apart; false when they are too many.</summary>
    internal bool TakeValues(string list) => TakeEntries(list.AsSpan().Count(',') + 1);

    /// <summary>The same of a list whose values stand in entries of their own.</summary>
    internal bool TakeEntries(int count)
    {
        if (count > context.MaxParameterValues)
        {
            _exceeded = "parameter-values";
            return false;
        }

        return Take(ref _values, count, "request-values");
    }

    /// <summary>
    /// Takes what other spellings of a list's values add to it; false when it is too much. A list that became shorter takes nothing.
    /// </summary>
    /// <param name="values">Values more.</param>
    /// <param name="characters">Characters more.</param>
    internal bool TakeSpelled(int values, int characters) =>
        Take(ref _values, Math.Max(0, values), "request-values") && Take(ref _spelled, Math.Max(0, characters), "spelled-characters");

    /// <summary>Takes parts; false when they are too many.</summary>
    internal bool TakeParts(int count) => Take(ref _parts, count, "request-parts");

    private bool Take(ref int left, int count, string name)
    {
        if (!IsSpent && count > left)
        {
            (IsSpent, _exceeded) = (true, name);
        }

        left -= IsSpent ? left : count;
        return !IsSpent;
    }
}
