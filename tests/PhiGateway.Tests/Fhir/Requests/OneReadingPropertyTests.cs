using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.WebUtilities;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Requests.Forwarding;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>
/// No request reads differently upstream: what is sent is parsed by readers that are not ours, and compared with what was written and with
/// what the decision saw.
/// </summary>
public sealed class OneReadingPropertyTests(ITestOutputHelper output)
{
    private const int Runs = 4000;
    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    private static readonly string[] Paths =
    [
        "",
        "Observation",
        "Observation/_search",
        "Patient",
        "Patient/17/Observation",
        "Patient/17/*",
        "Patient/17/$everything",
        "Observation/$lastn",
        "Observation/a-b.c",
        "Observation/1/_history",
        "Observation/1/_history/2",
        "Observation/_history",
        "Condition",
        "Encounter/e1/Condition",
        "Patient/17",
    ];

    private static readonly string[] Names =
    [
        "code",
        "code:text",
        "value-string",
        "value-string:exact",
        "identifier",
        "patient.name",
        "name",
        "family:contains",
        "category",
        "status",
        "_lastUpdated",
        "_count",
        "_elements",
        "_summary",
        "_format",
        "_pretty",
        "_total",
        "_sort",
        "_type",
        "_include",
        "_has:Provenance:target:agent",
        "patient",
        "subject:Patient",
        "start",
        "unknown",
    ];

    private static readonly string[] Texts =
    [
        "17",
        "Patient/17",
        "http://loinc.org|8867-4",
        "a,b",
        "a\\,b",
        "a b",
        "a+b",
        "a&code=b",
        "x=y",
        "100%",
        "%2541",
        "#f",
        "?q",
        "/../",
        ";v=1",
        "é",
        "e\u0301",
        "€",
        "𝄞",
        "\"<>'",
        "$|\\$",
        "ge2026-01-01",
        "5",
        "0",
        "true",
        "text",
        "Observation:patient",
        "-date",
        "Observation,Patient",
        "json",
        "\u200b",
        "\u0000",
        "a\r\nb",
        " ",
    ];

    private static readonly string[] Dropped = ["_format", "_pretty", "_elements", "_outputFormat", "_summary", "_total"];

    // Name and value that go together at an Observation: most requests must be understood, or nothing is tested.
    private static readonly (string Name, string[] Values)[] Fitting =
    [
        ("code", ["http://loinc.org|8867-4", "a,b", "a\\,b", "x=y", "é", "a b", "$|\\$"]),
        ("value-string", ["a b", "a+b", "a&code=b", "100%", "#f", "?q", "/../", ";v=1", "e\u0301", "𝄞", "\"<>'"]),
        ("code:text", ["a b", "a+b", "a&code=b", "100%", "€"]),
        ("identifier", ["urn:x|1", "17"]),
        ("status", ["final", "final,amended"]),
        ("_lastUpdated", ["ge2026-01-01"]),
        ("_count", ["5", "0"]),
        ("_elements", ["code,status"]),
        ("_summary", ["text", "true"]),
        ("_total", ["none"]),
        ("_sort", ["-date"]),
        ("patient", ["17", "Patient/17", "Patient/17,Patient/18"]),
        ("patient.name", ["é", "a+b", "a&b"]),
        ("_include", ["Observation:patient"]),
    ];

    private static readonly Gen<KeyValuePair<string, string>> Pairs = Gen.Frequency(
        (9, Gen.Elements(Fitting).SelectMany(row => Gen.Elements(row.Values), (row, value) => KeyValuePair.Create(row.Name, value))),
        (1, Gen.Elements(Names).SelectMany(name => Gen.Elements(Texts), KeyValuePair.Create))
    );

    private static readonly Gen<Written> Requests =
        from path in Gen.Frequency(
            (3, Gen.Elements("Observation", "Observation/_search", "Patient/17/Observation")),
            (1, Gen.Elements(Paths))
        )
        from pairs in Pairs.ListOf()
        from seed in Gen.Choose(0, int.MaxValue - 1)
        from post in Gen.Elements(false, false, true)
        select new Written(
            path,
            [.. pairs.DistinctBy(static pair => pair.Key.Split(':')[0]).Take(4)],
            seed,
            post && path.EndsWith("_search", StringComparison.Ordinal)
        );

    [Fact]
    [Trait("Size", "Large")]
    public void Create_WhateverTheSpelling_MeansUpstreamWhatWasWrittenAndDecided()
    {
        var understood = 0;
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Runs),
            Prop.ForAll(
                Requests.ToArbitrary(),
                written =>
                {
                    var query = written.Query();
                    var target = written.Post
                        ? $"/fhir/{written.Path}"
                        : $"/fhir{(written.Path.Length > 0 ? "/" : string.Empty)}{written.Spelled()}{(query.Length > 0 ? "?" + query : string.Empty)}";
                    if (
                        !RequestFixture
                            .Read(
                                written.Post ? "POST" : "GET",
                                target,
                                written.Post ? RequestFixture.Form : default,
                                written.Post ? query : string.Empty
                            )
                            .TryGet(out var request, out _)
                    )
                    {
                        return true;
                    }

                    understood++;
                    return SawWhatWasWritten(written, request) && SendsWhatWasSeen(written, request);
                }
            )
        );

        output.WriteLine($"{Runs} requests, {understood} understood");
        Assert.True(understood > Runs / 4, $"Only {understood} were understood.");
    }

    [Fact]
    public void Read_OwnSpelling_IsStableFromTheFirst()
    {
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Runs),
            Prop.ForAll(
                Requests.ToArbitrary(),
                static written =>
                {
                    var query = written.Query();
                    return !CanonicalReader
                            .Read("GET", $"/fhir/{written.Spelled()}{(query.Length > 0 ? "?" + query : string.Empty)}", "/fhir")
                            .TryGet(out var once, out _)
                        || (
                            CanonicalReader.Read("GET", once.ToTarget(), "/fhir").TryGet(out var twice, out _)
                            && once.ToTarget() == twice.ToTarget()
                            && once.Query.SequenceEqual(twice.Query)
                        );
                }
            )
        );
    }

    // The decoded pairs, in order; references may be spelled in full, nothing else may change.
    private static bool SawWhatWasWritten(Written written, FhirRequest request)
    {
        var seen = request.Parameters.Where(static parameter => parameter.Name != "_type").ToList();
        var wrote = written.Pairs.Where(static pair => pair.Key != "_type").ToList();
        // Operations do not take up what only shapes the answer.
        wrote =
            request.Interaction == Interaction.Operation
                ? [.. wrote.Where(static pair => pair.Key is not ("_format" or "_pretty"))]
                : wrote;
        return seen.Count == wrote.Count
            && seen.Zip(wrote)
                .All(static pair =>
                    pair.First.Name == pair.Second.Key
                    && (pair.First.Value == pair.Second.Value || pair.First.Value == $"Patient/{pair.Second.Value}")
                );
    }

    private static bool SendsWhatWasSeen(Written written, FhirRequest request)
    {
        var narrowing = new NarrowSearch([KeyValuePair.Create("category", "urn:a&b|c=d+e,f%")])
        {
            Patients = [PatientId.Parse("1"), PatientId.Parse("2")],
        };
        var call = UpstreamCallFactory.Create(request, RequestFixture.Permit(narrowing));

        // What HttpClient puts on the wire is the Uri's own spelling: it must be ours.
        var uri = new Uri("https://ehr.internal:8443/r4" + call.PathAndQuery, UriKind.Absolute);
        if (uri.PathAndQuery != "/r4" + call.PathAndQuery || uri.Fragment.Length > 0 || uri.Host != "ehr.internal")
        {
            return false;
        }

        var segments = uri.AbsolutePath["/r4".Length..].Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString);
        var form = written.Post ? Encoding.ASCII.GetString(call.Body.Span) : uri.Query;
        var kept = request.Parameters.Where(static parameter =>
            !Dropped.Contains(parameter.Name) && !(parameter.Name == "_count" && parameter.Value == "0")
        );
        // The newest of each are picked here, out of more.
        var isPicked = request.Operation == "$lastn";
        kept = isPicked ? kept.Where(static parameter => parameter.Name is not ("_count" or "_sort")) : kept;
        var added = Narrowing.Added(request, RequestFixture.Permit(narrowing));
        // Pages of a few matches are put together from larger ones.
        var isPaged =
            request.Interaction
                is Interaction.SearchType
                    or Interaction.SearchSystem
                    or Interaction.HistoryInstance
                    or Interaction.HistoryType
                    or Interaction.HistorySystem
            || request.Operation == "$everything";
        var expected = kept.Select(parameter =>
                KeyValuePair.Create(parameter.Name, isPaged && parameter is { Name: "_count", Value: "5" or "17" } ? "50" : parameter.Value)
            )
            .Concat(added)
            .Concat(isPicked ? [KeyValuePair.Create("max", "50")] : [])
            .ToLookup(static pair => pair.Key, static pair => pair.Value);
        var sent = QueryHelpers.ParseQuery(form);
        var read = System.Web.HttpUtility.ParseQueryString(form);
        return segments.SequenceEqual(written.Path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            && expected.Count == sent.Count
            && expected.Count == read.Count
            && expected.All(group => group.SequenceEqual(sent[group.Key]) && group.SequenceEqual(read.GetValues(group.Key)!));
    }

    /// <summary>A request as a client means it, and one of the many ways to spell it.</summary>
    private sealed record Written(string Path, KeyValuePair<string, string>[] Pairs, int Seed, bool Post)
    {
        /// <summary>The path with some of its unreserved characters percent-encoded.</summary>
        public string Spelled()
        {
            var random = new Random(Seed);
            return string.Concat(Path.Select(c => c != '/' && c != '*' && random.Next(8) == 0 ? Percent((byte)c, random) : c.ToString()));
        }

        /// <summary>Names and values, each character bare where it may be or percent-encoded in either case.</summary>
        public string Query()
        {
            var random = new Random(Seed);
            return string.Join('&', Pairs.Select(pair => $"{Encode(pair.Key, random)}={Encode(pair.Value, random)}"));
        }

        private static string Encode(string text, Random random)
        {
            var encoded = new StringBuilder();
            foreach (var value in Encoding.UTF8.GetBytes(text))
            {
                var c = (char)value;
                var bare =
                    Unreserved.Contains(c, StringComparison.Ordinal)
                    || (":/,$|?@!*'()".Contains(c, StringComparison.Ordinal) && random.Next(2) == 0);
                _ =
                    c == ' ' && random.Next(2) == 0 ? encoded.Append('+')
                    : bare && random.Next(6) > 0 ? encoded.Append(c)
                    : encoded.Append(Percent(value, random));
            }

            return encoded.ToString();
        }

        private static string Percent(byte value, Random random) => random.Next(2) == 0 ? $"%{value:X2}" : $"%{value:x2}";
    }
}
