using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Compares the dates of a resource with a date condition, as FHIR's search does (R4 3.1.1.4.7); used where conditions are matched.
/// </summary>
/// <remarks>
/// A date is the span of time that it may mean: <c>2020</c> is that year. One without a zone is taken for UTC. What cannot be read meets no
/// condition.
/// </remarks>
internal static class DateMatching
{
    /// <summary>Fact under which the beginning of a period stands, behind the parameter's name.</summary>
    internal const string Start = ":start";

    /// <summary>The same of its end.</summary>
    internal const string End = ":end";

    /// <summary>Whether any date of the resource meets any of the values.</summary>
    internal static bool Satisfies(ResourceFacts facts, TokenConstraint constraint)
    {
        DateSpan? period = null;
        for (var place = 0; place < facts.Tokens.Count; place++)
        {
            var token = facts.Tokens[place];
            if (!token.Parameter.StartsWith(constraint.Parameter, StringComparison.Ordinal) || token.Code is not { } code)
            {
                continue;
            }

            var part = token.Parameter.AsSpan(constraint.Parameter.Length);
            if (part is not ("" or Start or End))
            {
                continue;
            }

            if (!DateSpan.TryRead(code, out var span))
            {
                return false;
            }

            if (part.IsEmpty)
            {
                if (Meets(span, constraint.AnyOf))
                {
                    return true;
                }

                continue;
            }

            var known = period ?? new DateSpan(DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks);
            var isStart = part.SequenceEqual(Start);
            if (isStart ? known.Low != DateTime.MinValue.Ticks : known.High != DateTime.MaxValue.Ticks)
            {
                // Several periods: which end belongs to which beginning is not known here.
                return false;
            }

            period = isStart ? known with { Low = span.Low } : known with { High = span.High };
        }

        return period is { } whole && Meets(whole, constraint.AnyOf);
    }

    private static bool Meets(in DateSpan date, IReadOnlyList<TokenValue> values)
    {
        for (var place = 0; place < values.Count; place++)
        {
            var value = values[place].Code ?? string.Empty;
            var prefix = DateSpan.PrefixOf(value);
            if (DateSpan.TryRead(value.AsSpan(prefix.Length), out var asked) && date.Meets(prefix, asked))
            {
                return true;
            }
        }

        return false;
    }
}
