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

    public static Filtered Filter(FhirRequest request, string body, ReleasePolicy policy, AnswerOptions? options = null) =>
        Filter(request, Encoding.UTF8.GetBytes(body), policy, options);

    public static Filtered Filter(FhirRequest request, byte[] body, ReleasePolicy policy, AnswerOptions? options = null)
    {
        var output = new ArrayBufferWriter<byte>();
        var disclosure = new Disclosure();
        var verdict = AnswerFilter.Filter(request, body, policy, Context, output, disclosure, options ?? AnswerOptions.Default);
        return new Filtered(
            verdict,
            verdict == AnswerVerdict.Unchanged ? Encoding.UTF8.GetString(body) : Encoding.UTF8.GetString(output.WrittenSpan),
            disclosure
        );
    }

    /// <summary>
    /// What of a search's answer leaves as a <c>stream</c> that comes in small pieces, on a <c>page</c>, or inside a <c>transaction</c>; it
    /// must be read to its end.
    /// </summary>
    public static async Task<string> LeavingAsync(string way, FhirRequest asked, string bundle, ReleasePolicy policy, AnswerOptions options)
    {
        switch (way)
        {
            case "stream":
                return await StreamAsync(asked, bundle, policy, options);
            case "page":
                var output = new ArrayBufferWriter<byte>();
                using (var page = new PagedAnswer(asked, policy, Context, output, new Disclosure(), options, 10, 0))
                {
                    Assert.True(page.TryTake(Encoding.UTF8.GetBytes(bundle)));
                    page.Finish(new PageTail([], true, false));
                }

                return Encoding.UTF8.GetString(output.WrittenSpan);
            default:
                var entry = $$$"""{"resource":{{{bundle}}},"response":{"status":"200"}}""";
                var body = $$"""{"resourceType":"Bundle","type":"transaction-response","entry":[{{entry}}]}""";
                var answer = Filter(Request(Interaction.Transaction, entries: [asked]), body, policy, options);
                return answer.Json.GetProperty("entry")[0].GetProperty("resource").GetRawText();
        }
    }

    private static async Task<string> StreamAsync(FhirRequest asked, string bundle, ReleasePolicy policy, AnswerOptions options)
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

    public static string Practitioner(string id) => $$"""{"resourceType":"Practitioner","id":"{{id}}"}""";

    /// <summary>An entry of a search's answer that was searched for.</summary>
    public static string Match(string resource) => $$$"""{"resource":{{{resource}}},"search":{"mode":"match"}}""";

    /// <summary>An entry that came along.</summary>
    public static string Include(string resource) => $$$"""{"resource":{{{resource}}},"search":{"mode":"include"}}""";

    /// <summary>An entry that does not say why it is there.</summary>
    public static string Bare(string resource) => $$$"""{"resource":{{{resource}}}}""";

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
