using System.Buffers;
using System.Text;
using System.Text.Json;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Answers.Streaming;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>Requests, contexts and short forms that the tests of answers share.</summary>
internal static class AnswerCases
{
    public static readonly FhirContext Context = new()
    {
        GatewayBase = "https://gw.example/fhir",
        UpstreamBases = ["https://ehr.internal:8443/r4", "http://ehr.internal/r4"],
    };

    public static FhirRequest Request(
        Interaction interaction,
        string? type = null,
        string? id = null,
        IReadOnlyList<QueryParameter>? parameters = null,
        IReadOnlyList<FhirRequest>? entries = null,
        string? version = null
    ) =>
        new()
        {
            Canonical = new CanonicalRequest("GET", "/fhir", [], []),
            Interaction = interaction,
            Type = type is null ? default : ResourceType.Parse(type),
            Id = id,
            VersionId = version,
            Parameters = parameters ?? [],
            Entries = entries ?? [],
            Parts = [],
            Template = "test",
        };

    public static FhirRequest Search(string type = "Observation", params QueryParameter[] parameters) =>
        Request(Interaction.SearchType, type, null, parameters);

    public static FhirRequest Read(string type, string id) => Request(Interaction.Read, type, id);

    public static Filtered Filter(
        FhirRequest request,
        string body,
        ReleasePolicy policy,
        AnswerOptions? options = null,
        FhirContext? context = null
    ) => Filter(request, Encoding.UTF8.GetBytes(body), policy, options, context);

    public static Filtered Filter(
        FhirRequest request,
        byte[] body,
        ReleasePolicy policy,
        AnswerOptions? options = null,
        FhirContext? context = null
    )
    {
        var output = new ArrayBufferWriter<byte>();
        var disclosure = new Disclosure();
        var verdict = AnswerFilter.Filter(request, body, policy, context ?? Context, output, disclosure, options ?? AnswerOptions.Default);
        return new Filtered(
            verdict,
            verdict == AnswerVerdict.Unchanged ? Encoding.UTF8.GetString(body) : Encoding.UTF8.GetString(output.WrittenSpan),
            disclosure
        );
    }

    /// <summary>What of a search's answer leaves while it comes in small pieces; all of it must be read.</summary>
    public static async Task<string> StreamAsync(FhirRequest asked, string bundle, ReleasePolicy policy, AnswerOptions options)
    {
        var text = new StringBuilder();
        var verdict = await BundleStreamFilter.RunAsync(
            asked,
            new ChunkedStream(Encoding.UTF8.GetBytes(bundle), 50),
            policy,
            Context,
            options,
            (bytes, _, _) =>
            {
                text.Append(Encoding.UTF8.GetString(bytes.Span));
                return ValueTask.CompletedTask;
            },
            new StreamLimits { SegmentBytes = 100 },
            CancellationToken.None
        );
        Assert.Equal(StreamVerdict.Complete, verdict);
        return text.ToString();
    }

    /// <summary>Ids of the records in a bundle, in order.</summary>
    public static List<string> Ids(string bundle) =>
        [
            .. JsonDocument
                .Parse(bundle)
                .RootElement.GetProperty("entry")
                .EnumerateArray()
                .Select(static entry => entry.GetProperty("resource").GetProperty("id").GetString()!)
                .Order(StringComparer.Ordinal),
        ];

    public static ResourceFacts? Scan(string json, ReleasePolicy? policy = null, FhirContext? context = null) =>
        Scan(Encoding.UTF8.GetBytes(json), policy, context);

    public static ResourceFacts? Scan(byte[] json, ReleasePolicy? policy = null, FhirContext? context = null)
    {
        var facts = new ResourceFacts();
        return ResourceScanner.TryScan(json, policy ?? TestPolicy.Everything, context ?? Context, facts) ? facts : null;
    }

    /// <summary>
    /// What the scan says about the owner, in one word: the ids, <c>nobody</c>, <c>undetermined</c> or <c>unreadable</c>.
    /// </summary>
    public static string Owner(string json, FhirContext? context = null) =>
        Scan(json, null, context) switch
        {
            null => "unreadable",
            { Owner: OwnerState.Undetermined } => "undetermined",
            { Owner: OwnerState.NotPatientData } => "nobody",
            { } facts => string.Join(",", facts.Owners.Select(static owner => owner.Value).Order(StringComparer.Ordinal)),
        };

    public static string Observation(string id, string patient, string extra = "") =>
        $$"""{"resourceType":"Observation","id":"{{id}}","status":"final","subject":{"reference":"Patient/{{patient}}"}{{extra}}}""";

    public static string SearchSet(params string[] resources) =>
        $$"""{"resourceType":"Bundle","id":"b1","type":"searchset","total":{{resources.Length}},"entry":[{{string.Join(",", resources.Select(static (resource, place) => $$"""{"fullUrl":"https://ehr.internal:8443/r4/x/{{place}}","resource":{{resource}},"search":{"mode":"match"} }"""))}}]}""";
}

/// <summary>What came of a filter run.</summary>
internal sealed record Filtered(AnswerVerdict Verdict, string Text, Disclosure Disclosure)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public IEnumerable<string> Ids =>
        Json.TryGetProperty("entry", out var entries)
            ? entries.EnumerateArray().Select(static entry => entry.GetProperty("resource").GetProperty("id").GetString()!)
            : [];
}
