using System.Globalization;
using System.Text.Json;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>
/// Counts, for an operation that answers with the first few of what it found (<c>$lastn</c> of each code, <c>$match</c> of all), those that
/// may leave. Asked for each match that may; mutable, for one answer.
/// </summary>
/// <remarks>
/// The upstream counts what is withheld too: where it picked the few, one that is withheld would be missed among them. So it is asked for
/// more, and picked is here.
/// </remarks>
internal sealed class ShownLimit
{
    // It was read already, within the depth that is read.
    private const int MaxDepth = 1000;

    private readonly int _most;
    private readonly Dictionary<string, Group>? _groups;
    private readonly Group _all = new();
    private readonly CertainMatch? _certain;

    private ShownLimit(int most, bool ofEachCode, CertainMatch? certain = null) =>
        (_most, _groups, _certain) = (most, ofEachCode ? new(StringComparer.Ordinal) : null, certain);

    /// <summary>
    /// Whether the few are picked here: then there are no further pages, since that the upstream has some tells how many there are.
    /// </summary>
    /// <param name="request">What was asked; null for a Bundle inside another answer.</param>
    /// <param name="options">Say whether anything could be withheld.</param>
    public static bool Applies(FhirRequest? request, AnswerOptions options) =>
        !options.CountIsWhole && request is { Interaction: Interaction.Operation, Operation: "$lastn" or "$match" };

    /// <summary>The limit of a request's answer; null: the upstream's own pick leaves.</summary>
    /// <param name="request">What was asked; null for a Bundle inside another answer.</param>
    /// <param name="options">Say whether anything could be withheld.</param>
    /// <param name="certain">How many certain matches may leave; null: they are not counted yet, or were not asked for.</param>
    public static ShownLimit? Of(FhirRequest? request, AnswerOptions options, int? certain) =>
        CertainMatch.Of(request, options) is { } one ? new(certain ?? int.MaxValue, ofEachCode: false, one) : Of(request, options);

    private static ShownLimit? Of(FhirRequest? request, AnswerOptions options) =>
        request switch
        {
            { Interaction: Interaction.Operation, Operation: "$lastn" } when !options.CountIsWhole => new(
                Read(request, "max") ?? 1,
                ofEachCode: true
            ),
            { Interaction: Interaction.Operation, Operation: "$match" } when !options.CountIsWhole && Read(request, "count") is { } most =>
                new(most, ofEachCode: false),
            _ => null,
        };

    /// <summary>One more that may leave comes by; false: there were as many before it as were asked for.</summary>
    /// <param name="resource">It, read already.</param>
    public bool TryShow(ReadOnlySpan<byte> resource)
    {
        if (_certain?.Agrees(resource) == false)
        {
            return false;
        }

        var group = _groups is null ? _all : GroupOf(resource);
        return ++group.Count <= _most;
    }

    private static int? Read(FhirRequest request, string name) =>
        int.TryParse(request.Parameter(name), NumberStyles.None, CultureInfo.InvariantCulture, out var most) ? most : null;

    // Of one code are those that share a coding, or without any the text.
    private Group GroupOf(ReadOnlySpan<byte> resource)
    {
        var names = NamesOf(resource);
        var group = names.Select(name => _groups!.GetValueOrDefault(name)).FirstOrDefault(static known => known is not null) ?? new Group();
        foreach (var name in names)
        {
            _groups!.TryAdd(name, group);
        }

        return names.Count == 0 ? _all : group;
    }

    // None where it says none, or holds what is no text.
    private static List<string> NamesOf(ReadOnlySpan<byte> resource)
    {
        var names = new List<string>();
        if (!StrictJson.TryParse(resource.ToArray(), MaxDepth, out var document))
        {
            return names;
        }

        using (document)
        {
            if (document.RootElement.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.Object)
            {
                foreach (var coding in StrictJson.Items(code, "coding"))
                {
                    names.Add($"{StrictJson.Text(coding, "system")}|{StrictJson.Text(coding, "code")}");
                }

                if (names.Count == 0)
                {
                    names.Add("text " + StrictJson.Text(code, "text"));
                }
            }
        }

        return names;
    }

    private sealed class Group
    {
        public int Count { get; set; }
    }
}
