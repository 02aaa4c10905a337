using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Writing;

/// <summary>
/// Leaves out the elements that the client itself does not want to see (<c>_elements</c>, <c>_summary</c>). The upstream is asked for more,
/// so that the answer can be judged.
/// </summary>
/// <remarks>Used by one answer; not thread-safe: it is turned to a type before it is asked about members.</remarks>
internal sealed class ElementView
{
    private readonly string[]? _paths;
    private readonly string _summary;
    private readonly Dictionary<ResourceType, ElementNames?> _known = [];
    private ElementNames? _keep;

    private ElementView(string[]? paths, string summary)
    {
        _paths = paths;
        _summary = summary;
    }

    /// <summary>The view of a request; null when it wants whole resources.</summary>
    public static ElementView? Of(FhirRequest request)
    {
        List<string>? paths = null;
        var summary = string.Empty;
        for (var i = 0; i < request.Parameters.Count; i++)
        {
            var (name, value) = request.Parameters[i];
            if (name == "_elements")
            {
                // Of several lists each one narrows; taking them together could only show what the policy permits anyway.
                (paths ??= []).AddRange(value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
            }
            else if (name == "_summary" && value is "true" or "text" or "data")
            {
                summary = value;
            }
        }

        return paths is null && summary.Length == 0 ? null : new ElementView(paths?.ToArray(), summary);
    }

    /// <summary>Turns to a type; false when it is shown whole.</summary>
    public bool Turn(ResourceType type)
    {
        if (!_known.TryGetValue(type, out _keep))
        {
            _known.Add(type, _keep = Find(type));
        }

        return _keep is not null || _summary == "data";
    }

    /// <summary>Whether a member of the present type is shown.</summary>
    public bool Shows(ReadOnlySpan<byte> member) =>
        (_keep is null || _keep.Contains(member))
        && !(_summary == "data" && (member.SequenceEqual("text"u8) || member.SequenceEqual("_text"u8)));

    private ElementNames? Find(ResourceType type)
    {
        if (_paths is not null && NamesOf(_paths, type) is var names && (names.Count > 0 || _paths.Length == 0))
        {
            // Servers should return what every instance must have, whether it was asked for or not (R4 3.1.1.5.9).
            return ElementNames.Of([.. names, .. SummaryElements.Mandatory(type)]);
        }

        return _summary switch
        {
            "true" => ElementNames.Of([.. SummaryElements.Summary(type), .. SummaryElements.Mandatory(type)]),
            "text" => ElementNames.Of(["text", .. SummaryElements.Mandatory(type)]),
            _ => null,
        };
    }

    // Patient.name speaks of Patients only (Bulk Data); name.family asks for the name.
    private static List<string> NamesOf(string[] paths, ResourceType type)
    {
        var names = new List<string>(paths.Length);
        foreach (var path in paths)
        {
            var steps = path.Split('.');
            if (!char.IsAsciiLetterUpper(steps[0][0]))
            {
                names.Add(steps[0]);
            }
            else if (steps.Length > 1 && steps[0] == type.Name)
            {
                names.Add(steps[1]);
            }
        }

        return names;
    }
}
