using System.Globalization;
using System.Text.Json;
using PhiGateway.Fhir.Json;

namespace PhiGateway.Fhir.Answers;

/// <summary>
/// Reads out of a server's OperationOutcome which entry of a Bundle it is about, in the forms that R4 has for that
/// (<c>OperationOutcome.issue.expression</c>, and <c>location</c>). Nothing else of it is looked at.
/// </summary>
public static class OutcomePlace
{
    private const string ByPath = "Bundle.entry[";

    // The older form counts from one.
    private const string ByXPath = "f:Bundle/f:entry[";

    private static readonly string[] Members = ["expression", "location"];

    /// <summary>The place of the first entry that is named, from 0; null: none is, or it is no OperationOutcome.</summary>
    /// <param name="outcome">What the server sent, whole; it may be anything.</param>
    public static int? FindEntry(ReadOnlyMemory<byte> outcome)
    {
        try
        {
            using var document = JsonDocument.Parse(outcome);
            foreach (var issue in StrictJson.Items(document.RootElement, "issue"))
            {
                foreach (var member in Members)
                {
                    foreach (var said in StrictJson.Items(issue, member))
                    {
                        if (said.ValueKind == JsonValueKind.String && PlaceIn(said.GetString()!) is { } place)
                        {
                            return place;
                        }
                    }
                }
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Whatever it is, it names no entry.
        }

        return null;
    }

    private static int? PlaceIn(string said)
    {
        if (said.StartsWith(ByPath, StringComparison.OrdinalIgnoreCase))
        {
            return NumberAt(said, ByPath.Length);
        }

        var start = said.IndexOf(ByXPath, StringComparison.Ordinal);
        return start >= 0 && NumberAt(said, start + ByXPath.Length) is { } counted and > 0 ? counted - 1 : null;
    }

    private static int? NumberAt(string said, int start)
    {
        var end = said.IndexOf(']', start);
        return end > start && int.TryParse(said.AsSpan(start, end - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
    }
}
