using System.Buffers;
using System.Text.Json;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>
/// Finds, for a <c>$match</c> with <c>onlyCertainMatches</c> that was asked of the upstream without it, the one patient that may leave and
/// agrees with all that the client said. Made from the request, asked for each match that may leave.
/// </summary>
/// <remarks>
/// Whether a match is certain the upstream says over everybody it knows: that nobody is, or with what grade, would tell of a second person
/// who fits as well. So neither its choice nor its grades count here.
/// </remarks>
internal sealed class CertainMatch
{
    // What is said about a value, and is not the value.
    private static readonly string[] Beside = ["use", "rank", "period", "type", "assigner", "extension", "id"];
    private static readonly string[] BesideOfResource = ["resourceType", "id", "meta", "text", "language", "implicitRules", "contained"];

    // It was read already, within the depth that is read.
    private const int MaxDepth = 1000;

    // Characters of the names that lead to values, each as often as it leads to one: a name of a megabyte may lead to a hundred thousand.
    private const int MostNames = 4 * 1024 * 1024;

    private readonly HashSet<string> _said = new(StringComparer.OrdinalIgnoreCase);
    private readonly bool _isReadWhole;

    private CertainMatch(JsonElement submitted)
    {
        var left = MostNames;
        _isReadWhole = Collect(submitted, string.Empty, _said, ref left);
    }

    /// <summary>What the client submitted, where it asked for a certain match and something may be withheld; null: anything may match.</summary>
    /// <param name="request">What was asked; null for a Bundle inside another answer.</param>
    /// <param name="options">Say whether anything could be withheld.</param>
    public static CertainMatch? Of(FhirRequest? request, AnswerOptions options)
    {
        if (!IsAsked(request, options))
        {
            return null;
        }

        if (!StrictJson.TryParse(request!.Body, MaxDepth, out var document))
        {
            return new CertainMatch(default);
        }

        using (document)
        {
            return new CertainMatch(Submitted(document.RootElement));
        }
    }

    /// <summary>
    /// How many certain matches of a Bundle may leave: one, when there is exactly one, else none. Null: the request does not ask for that.
    /// </summary>
    /// <param name="work">The work that is about to write the Bundle; nothing of it is used up.</param>
    /// <param name="kind">What the Bundle must be.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="bundle">The Bundle, whole.</param>
    public static int? Count(AnswerWork work, BundleKind kind, FhirRequest? request, ReadOnlySpan<byte> bundle)
    {
        if (!IsAsked(request, work.Options))
        {
            return null;
        }

        using var looked = work.Nest(new Disclosure(), new ArrayBufferWriter<byte>(), null, null);
        var walker = new BundleWalker(kind, looked, request);
        var state = new JsonReaderState(ResourceReader.OptionsFor(work.Bases));
        walker.Advance(bundle, true, ref state, out _);
        return walker.Matches == 1 ? 1 : 0;
    }

    /// <summary>Whether a patient says all that the client said.</summary>
    /// <param name="patient">It, read already.</param>
    public bool Agrees(ReadOnlySpan<byte> patient)
    {
        if (!StrictJson.TryParse(patient.ToArray(), MaxDepth, out var document))
        {
            return false;
        }

        using (document)
        {
            var known = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            var left = MostNames;
            return _isReadWhole
                && _said.Count > 0
                && Collect(document.RootElement, string.Empty, known, ref left)
                && _said.IsSubsetOf(known);
        }
    }

    private static bool IsAsked(FhirRequest? request, AnswerOptions options) =>
        request is { Interaction: Interaction.Operation, Operation: "$match" }
        && !options.CountIsWhole
        && request.Parameter("onlyCertainMatches") is not (null or "false");

    private static JsonElement Submitted(JsonElement body)
    {
        if (StrictJson.Text(body, "resourceType") != "Parameters")
        {
            return body;
        }

        foreach (var parameter in StrictJson.Items(body, "parameter"))
        {
            if (StrictJson.Text(parameter, "name") == "resource" && parameter.TryGetProperty("resource", out var resource))
            {
                return resource;
            }
        }

        return default;
    }

    // Each value with the names that lead to it, whichever of a list it is of; false: they are too much together.
    private static bool Collect(JsonElement element, string path, HashSet<string> values, ref int left)
    {
        left -= path.Length;
        if (left < 0)
        {
            return false;
        }

        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    var isPassedBy =
                        Array.IndexOf(path.Length == 0 ? BesideOfResource : Beside, member.Name) >= 0 || member.Name.StartsWith('_');
                    if (!isPassedBy && !Collect(member.Value, $"{path}.{member.Name}", values, ref left))
                    {
                        return false;
                    }
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    if (!Collect(item, path, values, ref left))
                    {
                        return false;
                    }
                }

                break;
            case JsonValueKind.String:
                values.Add($"{path}={element.GetString()!.Trim()}");
                break;
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                values.Add($"{path}={element.GetRawText()}");
                break;
        }

        return true;
    }
}
