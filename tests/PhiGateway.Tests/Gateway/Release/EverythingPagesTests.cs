using System.Text.Json.Nodes;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// All that lies around a patient, on several pages of the server's: each record leaves once, whichever page it stands on, and what is
/// nobody's where a record that leaves names it, wherever that stands.
/// </summary>
public sealed class EverythingPagesTests : IDisposable
{
    private const string Target = "/fhir/Patient/17/$everything";

    private readonly StageWorld _world = new(
        null,
        null,
        TestRegistry.Grant() with
        {
            Types = ["Patient", "Medication", "MedicationRequest"],
            Interactions = ["read", "search"],
            Operations = ["$everything"],
            Patients = new PatientScope { Any = true },
        }
    );

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Run_WhatIsNamedOnAnotherPage_LeavesWhereWhatNamesItDoes()
    {
        Pages([Patient, Medication("a"), Medication("b")], [Order("m1", "a", "N"), Order("m2", "b", "R"), Medication("c")]);

        Assert.Equal(["a", "m1", "17"], await WalkAsync(["a", "b", "c"]));
    }

    // Where nothing stays of all that there is, nothing is told by what comes.
    [Fact]
    public async Task Run_WhereNothingStays_AllLeaves()
    {
        var whole = StageWorld.Whole("$everything") with { Patients = new PatientScope { Any = true } };
        _world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: whole))));
        Pages([Patient, Medication("a"), Medication("b")], [Order("m1", "a", "N"), Medication("c")]);

        Assert.Equal(["a", "b", "c", "m1", "17"], await WalkAsync(["a", "b", "c"]));
    }

    [Fact]
    public async Task Run_PageThatCannotBeLookedInto_IsToldAsSuch()
    {
        Pages([Patient, Medication("a")], [Order("m1", "a", "N")]);
        _world.Upstream.Answers("GET /pages/2", "{}", 503);
        using var exchange = _world.Open("GET", Target);

        Assert.Equal(DenyReason.UpstreamBusy, (await _world.WalkAsync(exchange, "Release")).Refusal);
    }

    [Fact]
    public async Task Run_WhatIsNamedOnAllPages_CountsInTheMemoryBudget()
    {
        Pages([Patient, Order("m1", "a", "N")], [Medication("a")]);
        var memory = _world.Get<HeldMemory>();
        var held = new List<long>();
        _world.Upstream.OnCall = call => held.Add(call.PathAndQuery == "/pages/2" ? memory.Held : 0);
        using (var exchange = _world.Open("GET", Target))
        {
            Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        }

        Assert.Contains(held, static bytes => bytes >= 4096 * 64);
        Assert.Equal(0, memory.Held);
    }

    // However long it took: else it would be done again for each page.
    [Fact]
    public async Task Run_PagesThatTakeLongToRead_AreReadOnceForAllPages()
    {
        Pages([Patient, Medication("a")], [Order("m1", "a", "N")]);
        var slow = new Queue<TimeSpan>([TimeSpan.FromSeconds(55)]);
        _world.Upstream.OnCall = call =>
        {
            if (call.PathAndQuery == "/pages/2" && slow.TryDequeue(out var time))
            {
                _world.Clock.Advance(time);
            }
        };
        var first = await _world.AskAsync(Target + "?_count=1");
        var next = first["link"]!.AsArray().Single(static link => (string?)link!["relation"] == "next")!;
        _world.Clock.Advance(TimeSpan.FromSeconds(11));
        _world.Upstream.Calls.Clear();

        _ = await _world.AskAsync(new Uri((string)next["url"]!).PathAndQuery);

        Assert.DoesNotContain(_world.Upstream.Lines, static line => line.Contains("$everything", StringComparison.Ordinal));
    }

    // Ids of all pages together, those that are asked about first, each as often as it came.
    private async Task<List<string>> WalkAsync(string[] first)
    {
        var ids = new List<string>();
        string? target = Target;
        while (target is not null)
        {
            var page = await _world.AskAsync(target);
            ids.AddRange((page["entry"]?.AsArray() ?? []).Select(static entry => (string)entry!["resource"]!["id"]!));
            var next = page["link"]?.AsArray().FirstOrDefault(static link => (string?)link!["relation"] == "next");
            target = next is null ? null : new Uri((string)next["url"]!).PathAndQuery;
        }

        return
        [
            .. ids.Where(first.Contains).Order(StringComparer.Ordinal),
            .. ids.Where(id => !first.Contains(id)).OrderDescending(StringComparer.Ordinal),
        ];
    }

    private void Pages(string[] first, string[] second)
    {
        const string Next = """
            "link":[{"relation":"next","url":"http://fhir.example/r4/pages/2"}],"entry":
            """;
        var start = Bundle(first).Replace("\"entry\":", Next, StringComparison.Ordinal);
        _world.Upstream.Otherwise = () => RecordingUpstream.Reply(200, start, "application/fhir+json");
        _world.Upstream.Answers("GET /pages/2", Bundle(second));
    }

    private static string Patient => """{"resourceType":"Patient","id":"17"}""";

    private static string Medication(string id) => $$"""{"resourceType":"Medication","id":"{{id}}"}""";

    private static string Order(string id, string drug, string code)
    {
        var system = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
        return $$"""
            {"resourceType":"MedicationRequest","id":"{{id}}","meta":{"security":[{"system":"{{system}}","code":"{{code}}"}]},
            "subject":{"reference":"Patient/17"},"medicationReference":{"reference":"Medication/{{drug}}"} }
            """;
    }

    private static string Bundle(string[] resources)
    {
        var entries = string.Join(',', resources.Select(static one => $$"""{"resource":{{one}} }"""));
        return $$"""{"resourceType":"Bundle","type":"searchset","entry":[{{entries}}]}""";
    }
}
