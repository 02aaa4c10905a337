using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// The examples of implementation guides as a client of the hospital's own uses them: searched with what they name, written, changed, in a
/// transaction, around their patient, as a document. All of it passes, and arrives as it was sent.
/// </summary>
public sealed class ExamplesInUseTests : IDisposable
{
    private const string Server = "http://fhir.example/r4";

    // What is nobody's and stands in most records.
    private static readonly string[] Nobodys = ["Practitioner", "Organization", "Location", "Medication"];

    private static readonly string[] OwnerMembers = ["subject", "patient", "beneficiary"];

    private static readonly Dictionary<string, string[]> Includes = new(StringComparer.Ordinal)
    {
        ["Condition"] = ["Condition:subject", "Condition:encounter"],
        ["DiagnosticReport"] = ["DiagnosticReport:subject", "DiagnosticReport:result", "DiagnosticReport:specimen"],
        ["MedicationAdministration"] = ["MedicationAdministration:subject"],
        ["MedicationRequest"] = ["MedicationRequest:patient", "MedicationRequest:medication", "MedicationRequest:requester"],
        ["Observation"] = ["Observation:subject", "Observation:performer", "Observation:has-member", "Observation:specimen"],
        ["Procedure"] = ["Procedure:subject", "Procedure:performer"],
        ["Specimen"] = ["Specimen:subject"],
    };

    private readonly StageWorld _world = new();
    private readonly List<JsonObject> _sent = [];
    private SmallHospital _hospital = new([]);

    public ExamplesInUseTests()
    {
        _world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: Grant), organization: Hospital)));
        _world.Upstream.Respond = Answer;
    }

    public static TheoryData<string> Guides => [.. GuideExamples.Guides];

    private static Organization Hospital => TestRegistry.Organization() with { Kind = OrganizationKind.Internal };

    private static Grant Grant =>
        StageWorld.Whole("$everything", "$document") with
        {
            Interactions = ["read", "search", "create", "update"],
            Includes = [.. Includes.Values.SelectMany(static one => one), "Provenance:target"],
            Patients = new PatientScope { Any = true },
            MayRelabel = true,
        };

    public void Dispose() => _world.Dispose();

    [Theory]
    [MemberData(nameof(Guides))]
    public async Task Search_WithWhatRecordsName_FindsAllOfEachType(string guide)
    {
        var records = GuideExamples.Of(guide);
        _hospital = new SmallHospital(records);
        foreach (var type in records.Select(static one => (string)one["resourceType"]!).Distinct().ToList())
        {
            var includes = Includes.TryGetValue(type, out var named)
                ? string.Concat(named.Select(static one => $"&_include={one}")) + "&_revinclude=Provenance:target"
                : string.Empty;

            var found = await PagesAsync($"/fhir/{type}?_lastUpdated=gt2000-01-01{includes}");

            Assert.Equal(
                records.Where(one => (string?)one["resourceType"] == type).Select(SmallHospital.AddressOf).Order(StringComparer.Ordinal),
                found
                    .Select(SmallHospital.AddressOf)
                    .Where(name => name.StartsWith(type + "/", StringComparison.Ordinal))
                    .Distinct()
                    .Order(StringComparer.Ordinal)
            );
        }
    }

    [Theory]
    [MemberData(nameof(Guides))]
    public async Task Create_EachExample_ArrivesAsItWasSent(string guide)
    {
        _hospital = new SmallHospital(GuideExamples.Of(guide));
        var wrong = new List<string>();
        foreach (var example in GuideExamples.Of(guide))
        {
            var refusal = await SendAsync("POST", $"/fhir/{example["resourceType"]}", example);
            if (refusal is not null || _sent is not [var sent] || !JsonNode.DeepEquals(example, sent))
            {
                wrong.Add($"{SmallHospital.AddressOf(example)}: {refusal}");
            }
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(Guides))]
    public async Task Update_EachExample_ArrivesAsItWasSent(string guide)
    {
        _hospital = new SmallHospital(GuideExamples.Of(guide));
        var wrong = new List<string>();
        foreach (var example in GuideExamples.Of(guide))
        {
            var refusal = await SendAsync("PUT", $"/fhir/{SmallHospital.AddressOf(example)}", example);
            if (refusal is not null || _sent is not [var sent] || !JsonNode.DeepEquals(example, sent))
            {
                wrong.Add($"{SmallHospital.AddressOf(example)}: {refusal}");
            }
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(Guides))]
    public async Task Transaction_OfAllThatAPatientHas_ArrivesAsItWasSent(string guide)
    {
        var own = OfThePatient(guide);
        _hospital = new SmallHospital(GuideExamples.Of(guide));
        var entries = own.Select(static one =>
            (JsonNode)
                new JsonObject
                {
                    ["resource"] = one.DeepClone(),
                    ["request"] = new JsonObject { ["method"] = "PUT", ["url"] = SmallHospital.AddressOf(one) },
                }
        );
        var bundle = new JsonObject
        {
            ["resourceType"] = "Bundle",
            ["type"] = "transaction",
            ["entry"] = new JsonArray([.. entries]),
        };

        Assert.Null(await SendAsync("POST", "/fhir", bundle));

        var arrived = Assert.Single(_sent)["entry"]!.AsArray();
        Assert.Equal(own.Count, arrived.Count);
        Assert.All(own.Zip(arrived), static pair => Assert.True(JsonNode.DeepEquals(pair.First, pair.Second!["resource"])));
    }

    [Theory]
    [MemberData(nameof(Guides))]
    public async Task Everything_AroundAPatient_IsAllOfIt(string guide)
    {
        var own = OfThePatient(guide);
        var named = own.SelectMany(static one => SmallHospital.References(one)).ToHashSet();
        var beside = GuideExamples
            .Of(guide)
            .Where(one => Nobodys.Contains((string)one["resourceType"]!) && named.Contains(SmallHospital.AddressOf(one)));
        List<JsonObject> records = [.. own, .. beside];
        _hospital = new SmallHospital(records);

        var found = await PagesAsync($"/fhir/Patient/{GuideExamples.PatientOf(guide)}/$everything");

        Assert.Equal(
            records.Select(SmallHospital.AddressOf).Order(StringComparer.Ordinal),
            found.Select(SmallHospital.AddressOf).Order(StringComparer.Ordinal)
        );
    }

    // As the server puts it together from the Composition.
    [Fact]
    public async Task Document_OfAPatientSummary_LeavesAsItIs()
    {
        var read = 0;
        foreach (var document in GuideExamples.Of("ips").Where(static one => one["type"] is JsonValue type && (string?)type == "document"))
        {
            var starting = document["entry"]![0]!["resource"]!;
            var id = (string)starting["id"]!;
            _world.Upstream.Answers($"GET /Composition/{id}", starting.ToJsonString());
            _world.Upstream.Answers($"GET /Composition/{id}/$document", document.ToJsonString());

            Assert.True(JsonNode.DeepEquals(document, await _world.AskAsync($"/fhir/Composition/{id}/$document")), id);
            read++;
        }

        Assert.True(read > 2, "The documents are not where they were.");
    }

    private static List<JsonObject> OfThePatient(string guide)
    {
        var patient = $"Patient/{GuideExamples.PatientOf(guide)}";
        return
        [
            .. GuideExamples
                .Of(guide)
                .Where(one =>
                    SmallHospital.AddressOf(one) == patient
                    || OwnerMembers.Any(member => one[member] is JsonObject owner && (string?)owner["reference"] == patient)
                ),
        ];
    }

    // All pages of it.
    private async Task<List<JsonObject>> PagesAsync(string target)
    {
        var found = new List<JsonObject>();
        for (var next = target; next is not null; )
        {
            _world.Clock.Advance(TimeSpan.FromMilliseconds(20));
            var page = await _world.AskAsync(next);
            found.AddRange((page["entry"]?.AsArray() ?? []).Select(static entry => entry!["resource"]!.AsObject()));
            var link = page["link"]?.AsArray().FirstOrDefault(static one => (string?)one!["relation"] == "next");
            next = link is null ? null : new Uri((string)link["url"]!).PathAndQuery;
        }

        return found;
    }

    private async Task<string?> SendAsync(string method, string target, JsonObject body)
    {
        _world.Clock.Advance(TimeSpan.FromMilliseconds(20));
        _sent.Clear();
        using var exchange = _world.Open(method, target, body.ToJsonString());
        var result = await _world.WalkAsync(exchange, "Release");
        return result.Refusal is null ? null : $"{result.Refusal.Code} {result.Detail}";
    }

    // Takes every change as it comes, and says what stands there now.
    private UpstreamReply Answer(UpstreamCall call)
    {
        var body = call.Body.IsEmpty || call.PathAndQuery.EndsWith("_search", StringComparison.Ordinal) ? null : BodyOf(call);
        var isChange = body is not null && (call.PathAndQuery.Trim('/').Length > 0 || Changes(body));
        if (call.Method is not ("POST" or "PUT") || !isChange)
        {
            return _hospital.Answer(call);
        }

        _sent.Add(body!);
        if (call.PathAndQuery.Trim('/').Length == 0)
        {
            return RecordingUpstream.Reply(200, Done(body!).ToJsonString(), KnownMediaTypes.FhirJson);
        }

        return RecordingUpstream.Reply(
            call.Method == "POST" ? 201 : 200,
            body!.ToJsonString(),
            KnownMediaTypes.FhirJson,
            response => response.Headers.Location = new Uri($"{Server}/{SmallHospital.AddressOf(body!)}/_history/1")
        );
    }

    private static JsonObject BodyOf(UpstreamCall call) => JsonNode.Parse(Encoding.UTF8.GetString(call.Body.Span))!.AsObject();

    private static bool Changes(JsonObject bundle) =>
        bundle["entry"]!.AsArray().Any(static entry => (string?)entry!["request"]!["method"] == "PUT");

    private static JsonObject Done(JsonObject transaction)
    {
        var entries = transaction["entry"]!
            .AsArray()
            .Select(static entry =>
                (JsonNode)
                    new JsonObject
                    {
                        ["resource"] = entry!["resource"]!.DeepClone(),
                        ["response"] = new JsonObject { ["status"] = "200 OK" },
                    }
            );
        return new JsonObject
        {
            ["resourceType"] = "Bundle",
            ["type"] = "transaction-response",
            ["entry"] = new JsonArray([.. entries]),
        };
    }
}
