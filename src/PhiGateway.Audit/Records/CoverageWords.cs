namespace PhiGateway.Audit.Records;

/// <summary>
/// Reads by what the patients of a record were covered (<see cref="AuditRecord.CoveredBy"/>), for people and systems that must not learn from
/// it whose record it was. Used by whatever shows or sends records without patients.
/// </summary>
public static class CoverageWords
{
    /// <summary>More kinds than one use case's grants have.</summary>
    private const int Most = 64;

    private const string Task = "task";
    private const string Roster = "roster/";
    private const string Other = "other";

    private static readonly string[] Plain = ["any", "context", "nobody", "unsaid"];

    /// <summary>
    /// Each kind once, in their order: rosters by their ids, without the days of a membership; tasks without their ids, which others make up;
    /// what this version does not know as <c>other</c>.
    /// </summary>
    public static IReadOnlyList<string> KindsOf(IEnumerable<string> coveredBy)
    {
        ArgumentNullException.ThrowIfNull(coveredBy);
        var kinds = new List<string>(1);
        foreach (var words in coveredBy)
        {
            foreach (var one in words.Split('+'))
            {
                var kind = KindOf(one);
                if (kinds.Count < Most && !kinds.Contains(kind))
                {
                    kinds.Add(kind);
                }
            }
        }

        return kinds;
    }

    private static string KindOf(string words)
    {
        if (words.StartsWith(Roster, StringComparison.Ordinal))
        {
            return words.Split('@')[0];
        }

        if (words.StartsWith(Task + "/", StringComparison.Ordinal))
        {
            return Task;
        }

        return Array.IndexOf(Plain, words) >= 0 ? words : Other;
    }

    /// <summary>By what one patient of a record was covered; null: it does not say.</summary>
    /// <param name="record">The record.</param>
    /// <param name="place">The patient's place among its patients.</param>
    public static string? Of(AuditRecord record, int place)
    {
        ArgumentNullException.ThrowIfNull(record);
        return record.CoveredBy switch
        {
            [var all] => all,
            var each when place < each.Count => each[place],
            _ => null,
        };
    }
}
