using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// By what a patient is covered whose data leaves in one answer, in words for its record: <c>any</c>, <c>context</c>,
/// <c>roster/diabetes</c>, <c>task/intake-17</c>; of several, each. Made verdict by verdict, for a policy of the registry alone.
/// </summary>
/// <remarks>A membership that has a beginning or an end is told with both, as ISO 8601 writes an interval: <c>@2026-01-01T00:00:00Z/..</c>.</remarks>
public readonly record struct PatientCoverage
{
    /// <summary>What is said of a patient of whom nobody says by what he is covered.</summary>
    public const string Unsaid = "unsaid";

    // Stands in no id and in no moment of UTC.
    private const char Also = '+';

    private readonly GrantReleasePolicy? _judge;
    private readonly GrantSet _grants;

    private PatientCoverage(string? words, GrantReleasePolicy? judge, GrantSet grants) => (Words, _judge, _grants) = (words, judge, grants);

    /// <summary>Null: nobody has said.</summary>
    public string? Words { get; }

    /// <summary>The same, and what one more verdict about a record of the patient rests on.</summary>
    public PatientCoverage With(in ReleaseVerdict verdict, PatientId patient, ResourceFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (verdict.Judge is not { } judge)
        {
            return this;
        }

        // Nearly always the same grants as before. Of tasks each record may have its own.
        var isSame = ReferenceEquals(judge, _judge);
        if (isSame && verdict.Grants.Except(_grants).IsEmpty && !IsByTask(judge.Reach.UseCase, verdict.Grants))
        {
            return this;
        }

        var words = Words;
        foreach (var place in verdict.Grants)
        {
            words = Join(words, judge.Reach.CoverageOf(place, patient, facts.Type, facts.Id));
        }

        return new PatientCoverage(words, judge, isSame ? _grants.Union(verdict.Grants) : verdict.Grants);
    }

    /// <summary>What either says.</summary>
    public PatientCoverage Or(PatientCoverage other)
    {
        if (_judge is null)
        {
            return other;
        }

        return new PatientCoverage(Join(Words, other.Words), _judge, _grants);
    }

    /// <summary>Both, each once.</summary>
    public static string? Join(string? words, string? more)
    {
        if (words is null || more is null || words == more)
        {
            return words ?? more;
        }

        foreach (var one in more.AsSpan().Split(Also))
        {
            words = Says(words, more.AsSpan(one)) ? words : $"{words}{Also}{more.AsSpan(one)}";
        }

        return words;
    }

    // Asked verdict by verdict where a patient is covered by tasks: nothing is made of it.
    private static bool Says(ReadOnlySpan<char> words, ReadOnlySpan<char> asked)
    {
        foreach (var one in words.Split(Also))
        {
            if (words[one].SequenceEqual(asked))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>By what a patient is covered whom a request names: the grants of the parts that name him.</summary>
    internal static string? OfAsked(DecisionRun run, PatientId patient)
    {
        string? words = null;
        for (var part = 0; part < run.Grants.Length; part++)
        {
            var asked = run.Request.Parts[part];
            if (!asked.Patients.Contains(patient) && asked.Body?.IsOwner(patient) != true)
            {
                continue;
            }

            foreach (var place in run.Grants[part])
            {
                if (run.Reach.GrantCovers(place, patient, asked.Type, asked.Id))
                {
                    words = Join(words, run.Reach.CoverageOf(place, patient, asked.Type, asked.Id));
                }
            }
        }

        return words;
    }

    private static bool IsByTask(UseCaseEntry useCase, GrantSet grants)
    {
        foreach (var place in grants)
        {
            if (useCase.Grants[place].Reach == PatientReach.Task)
            {
                return true;
            }
        }

        return false;
    }
}
