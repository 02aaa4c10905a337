using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Trail;

/// <summary>Turns vocabulary into the words of an audit record, without allocating where the words are fixed.</summary>
internal static class AuditText
{
    private static readonly string[] InteractionNames = Enum.GetValues<Interaction>()
        .Select(static value => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()))
        .ToArray();

    private static readonly string[] ReasonNames = Enum.GetValues<WithholdReason>()
        .Select(static value => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()))
        .ToArray();

    public static string NameOf(Interaction interaction) => InteractionNames[(int)interaction];

    public static string NameOf(ProofBinding binding) =>
        binding switch
        {
            ProofBinding.Mtls => "mtls",
            ProofBinding.Dpop => "dpop",
            ProofBinding.ApiKey => "api-key",
            _ => "none",
        };

    public static string? NamesOf(IReadOnlyList<PurposeOfUse> purposes) =>
        purposes.Count switch
        {
            0 => null,
            1 => purposes[0].Code,
            _ => string.Join(' ', purposes.Select(static purpose => purpose.Code)),
        };

    public static IReadOnlyList<string> NamesOf(IReadOnlyList<Obligation> obligations)
    {
        if (obligations.Count == 0)
        {
            return [];
        }

        var names = new string[obligations.Count];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = obligations[i].Name;
        }

        return names;
    }

    /// <summary>Why something of an answer did not leave: each reason with its number, and what could not be followed; null: nothing stayed.</summary>
    public static string? NoteOf(Disclosure disclosure)
    {
        if (disclosure is { Withheld: 0, CannotFollow: false, SaidIncomplete: false })
        {
            return null;
        }

        var notes = new List<string>();
        for (var reason = 1; reason < ReasonNames.Length; reason++)
        {
            if (disclosure.CountOf((WithholdReason)reason) is > 0 and var count)
            {
                notes.Add($"withheld {ReasonNames[reason]} {count}");
            }
        }

        if (disclosure.Unread > 0)
        {
            notes.Add($"unread {disclosure.Unread}");
        }

        if (disclosure.CannotFollow)
        {
            notes.Add("cannot-follow");
        }

        if (disclosure.SaidIncomplete)
        {
            notes.Add("source-incomplete");
        }

        return string.Join("; ", notes);
    }

    /// <summary>Patients as a record names them: those of the answer (a list), and those of what stayed (a set).</summary>
    /// <remarks>Without an enumerator over a list: each allowed read comes by.</remarks>
    public static IReadOnlyList<string> PatientsOf(IReadOnlyCollection<PatientId> patients)
    {
        if (patients.Count == 0)
        {
            return [];
        }

        var ids = new string[patients.Count];
        if (patients is IReadOnlyList<PatientId> list)
        {
            for (var i = 0; i < ids.Length; i++)
            {
                ids[i] = list[i].Value!;
            }

            return ids;
        }

        var place = 0;
        foreach (var patient in patients)
        {
            ids[place++] = patient.Value!;
        }

        return ids;
    }

    /// <summary>By what the patients of an answer are covered (<see cref="OnceIfSame"/>).</summary>
    public static IReadOnlyList<string> CoverageOf(IReadOnlyList<PatientCoverage> coverage)
    {
        if (coverage.Count == 0)
        {
            return [];
        }

        var words = new string[coverage.Count];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = coverage[i].Words ?? PatientCoverage.Unsaid;
        }

        return OnceIfSame(words);
    }

    /// <summary>By what patients are covered, as a record has it: once where it is the same for all, else for each in their order.</summary>
    public static string[] OnceIfSame(string[] words) =>
        words is [var first, _, ..] && !words.AsSpan().ContainsAnyExcept(first) ? [first] : words;

    /// <summary>What stayed, each with why; what has no id stays by its type alone.</summary>
    public static IReadOnlyList<string> WithheldOf(IReadOnlyList<WithheldResource> withheld)
    {
        if (withheld.Count == 0)
        {
            return [];
        }

        var texts = new string[withheld.Count];
        for (var i = 0; i < texts.Length; i++)
        {
            var (type, id, reason) = withheld[i];
            texts[i] = $"{(id is null ? type.Name : string.Concat(type.Name, "/", id))} {ReasonNames[(int)reason]}";
        }

        return texts;
    }

    public static IReadOnlyList<string> ResourcesOf(IReadOnlyList<DisclosedResource> resources, int most)
    {
        if (resources.Count == 0)
        {
            return [];
        }

        var texts = new string[Math.Min(most, resources.Count)];
        for (var i = 0; i < texts.Length; i++)
        {
            var resource = resources[i];
            texts[i] = resource.VersionId is null
                ? string.Concat(resource.Type.Name, "/", resource.Id)
                : string.Concat(string.Concat(resource.Type.Name, "/", resource.Id), "/_history/", resource.VersionId);
        }

        return texts;
    }

    public static IReadOnlyList<string> LabelsOf(IReadOnlyList<SecurityLabel> labels)
    {
        if (labels.Count == 0)
        {
            return [];
        }

        var texts = new string[labels.Count];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = $"{labels[i].System}|{labels[i].Code}";
        }

        return texts;
    }

    /// <summary>Every resource that a request, or an entry of it, names by its id.</summary>
    public static IReadOnlyList<string> ResourcesAsked(FhirRequest request)
    {
        List<string>? named = null;
        foreach (var one in request.Entries.Prepend(request))
        {
            if (one is { Id: { } id, Type.IsNone: false })
            {
                (named ??= []).Add($"{one.Type.Name}/{id}");
            }
        }

        return named is null ? [] : named;
    }

    /// <summary>The patients that a request names, once each, the first ones of very many.</summary>
    /// <param name="request">As it was understood.</param>
    /// <param name="most">How many are named.</param>
    /// <param name="count">How many there are.</param>
    public static IReadOnlyList<string> PatientsAsked(FhirRequest request, int most, out int count)
    {
        HashSet<string>? seen = null;
        List<string>? ids = null;
        foreach (var part in request.Parts)
        {
            foreach (var patient in part.Patients.Concat(part.Body?.Owners ?? []))
            {
                if ((seen ??= new HashSet<string>(StringComparer.Ordinal)).Add(patient.Value!) && seen.Count <= most)
                {
                    (ids ??= []).Add(patient.Value!);
                }
            }
        }

        count = seen?.Count ?? 0;
        return ids is null ? [] : ids;
    }
}
