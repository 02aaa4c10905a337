using System.Buffers;
using System.Text.Json;
using PhiGateway.Fhir.Json;

namespace PhiGateway.Fhir.Answers.Writing;

/// <summary>
/// Writes what a <c>$validate</c> found for whom something may be withheld: of each issue that is about the content which the client sent its
/// severity, its codes and its place. Called by the answer filter.
/// </summary>
/// <remarks>
/// Texts can hold anything. That there is another record (a duplicate, a reference that is resolved or not) is not about the content.
/// </remarks>
internal static class ValidationOutcome
{
    private const int MostIssues = 200;
    private const int MostOfEach = 10;
    private const int LongestCode = 80;
    private const int LongestPlace = 256;
    private const int MostDepth = 1000;

    private static readonly JsonWriterOptions Plain = new() { SkipValidation = true };

    private static readonly SearchValues<char> InCode = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_#"
    );

    private static readonly SearchValues<char> InPlace = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_[]()/:@*"
    );

    private static readonly string[] Severities = ["fatal", "error", "warning", "information"];

    // R4 ValueSet/issue-type, those that content alone can give rise to.
    private static readonly string[] OfContent =
    [
        "invalid",
        "structure",
        "required",
        "value",
        "invariant",
        "too-long",
        "code-invalid",
        "extension",
        "not-supported",
        "processing",
        "informational",
    ];

    /// <summary>Writes it.</summary>
    /// <param name="outcome">An OperationOutcome that was read already.</param>
    /// <param name="output">Receives it.</param>
    public static void Write(ReadOnlySpan<byte> outcome, IBufferWriter<byte> output)
    {
        // What holds something that is no text says nothing that may leave.
        _ = StrictJson.TryParse(outcome.ToArray(), MostDepth, out var document);
        using var read = document;
        using var json = new Utf8JsonWriter(output, Plain);
        json.WriteStartObject();
        json.WriteString("resourceType", "OperationOutcome");
        json.WriteStartArray("issue");
        var written = 0;
        foreach (var issue in document is null ? default : StrictJson.Items(document.RootElement, "issue"))
        {
            if (written < MostIssues && TryWrite(issue, json))
            {
                written++;
            }
        }

        if (written == 0)
        {
            WriteHead(json, "information", "informational");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static bool TryWrite(JsonElement issue, Utf8JsonWriter json)
    {
        var (severity, code) = (StrictJson.Text(issue, "severity"), StrictJson.Text(issue, "code"));
        if (Array.IndexOf(Severities, severity) < 0 || Array.IndexOf(OfContent, code) < 0)
        {
            return false;
        }

        WriteHead(json, severity!, code!);
        WriteCodings(issue, json);
        WritePlaces(issue, "location", json);
        WritePlaces(issue, "expression", json);
        json.WriteEndObject();
        return true;
    }

    private static void WriteHead(Utf8JsonWriter json, string severity, string code)
    {
        json.WriteStartObject();
        json.WriteString("severity", severity);
        json.WriteString("code", code);
    }

    private static void WriteCodings(JsonElement issue, Utf8JsonWriter json)
    {
        if (!issue.TryGetProperty("details", out var details))
        {
            return;
        }

        var codes = StrictJson
            .Items(details, "coding")
            .Select(static coding => StrictJson.Text(coding, "code"))
            .Where(IsCode)
            .Take(MostOfEach)
            .ToArray();
        if (codes.Length == 0)
        {
            return;
        }

        json.WriteStartObject("details");
        json.WriteStartArray("coding");
        foreach (var code in codes)
        {
            json.WriteStartObject();
            json.WriteString("code", code);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WritePlaces(JsonElement issue, string name, Utf8JsonWriter json)
    {
        var places = StrictJson
            .Items(issue, name)
            .Select(static place => place.ValueKind == JsonValueKind.String ? place.GetString() : null)
            .Where(IsPlace)
            .Take(MostOfEach)
            .ToArray();
        if (places.Length == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var place in places)
        {
            json.WriteStringValue(place);
        }

        json.WriteEndArray();
    }

    private static bool IsCode(string? code) => code is { Length: > 0 and <= LongestCode } && !code.AsSpan().ContainsAnyExcept(InCode);

    private static bool IsPlace(string? place) =>
        place is { Length: > 0 and <= LongestPlace } && !place.AsSpan().ContainsAnyExcept(InPlace);
}
