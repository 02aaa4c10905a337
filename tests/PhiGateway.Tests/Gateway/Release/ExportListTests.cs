using System.Text.Json.Nodes;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// Into how many files and parts a server writes an export tells how much there is: where anything may be withheld, a type is one file, and
/// there is one manifest.
/// </summary>
public sealed class ExportListTests : IDisposable
{
    private const string Kick = "/fhir/Patient/$export?_type=Observation,Patient";
    private readonly StageWorld _world = new(
        null,
        null,
        StageWorld.Grant("read", "search", "export") with
        {
            Types = ["Observation", "Patient"],
        }
    );

    public ExportListTests()
    {
        File("own", Line("1", "17"));
        File("second", Line("2", "17"));
        File("mixed", Line("3", "18"), Line("4", "17"));
        File("foreign", Line("5", "18"));
        File("patients", """{"resourceType":"Patient","id":"17"}""");
    }

    public void Dispose() => _world.Dispose();

    public static TheoryData<string, string, string> Layouts =>
        new()
        {
            { "own", "", "" },
            { "own,foreign", "", "" },
            { "foreign,own,foreign,second", "", "" },
            { "own", "foreign", "" },
            { "own", "foreign", "foreign" },
            { "foreign", "mixed", "" },
        };

    [Theory]
    [MemberData(nameof(Layouts))]
    public async Task Run_ManifestOfAConfinedClient_IsTheSameHoweverItWasWritten(string first, string second, string third)
    {
        Manifests(first, second, third);

        var manifest = await ManifestAsync();

        var file = Assert.Single(manifest["output"]!.AsArray())!;
        Assert.Equal("Observation", (string?)file["type"]);
        Assert.Null(manifest["link"]);
        Assert.Null(manifest["extension"]);
        Assert.Empty(manifest["deleted"]!.AsArray());
        Assert.Equal(await LengthOfOneAsync(), ((string)file["url"]!).Length);
    }

    [Fact]
    public async Task Run_FileOfAType_HoldsWhatMayLeaveOfAllPartsInTheirOrder()
    {
        Manifests("own,mixed,patients", "foreign,second", string.Empty);
        var manifest = await ManifestAsync();
        Assert.Equal(["Observation", "Patient"], manifest["output"]!.AsArray().Select(static file => (string?)file!["type"]));

        var (refusal, text) = await FileAsync(manifest, 0);

        Assert.Null(refusal);
        Assert.Equal(
            ["1", "4", "2"],
            text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => (string?)JsonNode.Parse(line)!["id"])
        );
        Assert.Contains("\"id\":\"17\"", (await FileAsync(manifest, 1)).Text, StringComparison.Ordinal);
    }

    // A file is read within the life of one token: of very many files each share is one, and there are as many shares whatever was written.
    [Theory]
    [InlineData(16, 1)]
    [InlineData(17, 16)]
    [InlineData(53, 16)]
    public async Task Run_VeryManyFilesOfAType_AreAsManyShares_AndEachRecordIsInOne(int written, int given)
    {
        var names = Enumerable.Range(1, written).Select(static i => $"many-{i}").ToList();
        names.ForEach(name => File(name, Line(name, "17")));
        Manifests(string.Join(',', names[..9]), string.Join(',', names[9..]), string.Empty);
        var manifest = await ManifestAsync();

        var ids = new List<string>();
        for (var i = 0; i < manifest["output"]!.AsArray().Count; i++)
        {
            var (refusal, text) = await FileAsync(manifest, i);
            Assert.Null(refusal);
            ids.AddRange(
                text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => (string)JsonNode.Parse(line)!["id"]!)
            );
        }

        Assert.Equal(given, manifest["output"]!.AsArray().Count);
        Assert.Equal(names, ids);
    }

    // What is not all of it must not look like all of it.
    [Theory]
    [InlineData("GET /files/own")]
    [InlineData("GET /files/second")]
    [InlineData("GET /jobs/2")]
    public async Task Run_FileOrPartThatCannotBeRead_IsNoWholeFile(string broken)
    {
        Manifests("own", "second", string.Empty);
        var manifest = await ManifestAsync();
        _world.Upstream.Answers(broken, "{}", 500);
        _world.Clock.Advance(TimeSpan.FromSeconds(61));
        _world.Publish(_world.Snapshots.Current);

        Assert.NotNull((await FileAsync(manifest, 0)).Refusal);
    }

    [Fact]
    public async Task Run_FilesOfAManifestOfManyParts_CostItsFirstPartEach()
    {
        Manifests("own", "second", "mixed", "patients");
        var manifest = await ManifestAsync();
        _world.Upstream.Calls.Clear();
        for (var i = 0; i < 3; i++)
        {
            Assert.Null((await FileAsync(manifest, 0)).Refusal);
        }

        var lines = _world.Upstream.Lines.ToList();
        Assert.Equal(3, lines.Count(static line => line.Contains("/jobs/1", StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, static line => line.Contains("/jobs/2", StringComparison.Ordinal));
    }

    // Fifty was where it ended, without a word.
    [Theory]
    [InlineData(51)]
    [InlineData(200)]
    public async Task Run_ExportInVeryManyParts_LosesNone(int parts)
    {
        var names = Enumerable.Range(1, parts).Select(static i => $"many-{i}").ToArray();
        Array.ForEach(names, name => File(name, Line(name, "17")));
        Manifests(names);
        var manifest = await ManifestAsync();

        Assert.Null(manifest["extension"]);
        var ids = new List<string>();
        for (var i = 0; i < manifest["output"]!.AsArray().Count; i++)
        {
            var (_, text) = await FileAsync(manifest, i);
            ids.AddRange(
                text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => (string)JsonNode.Parse(line)!["id"]!)
            );
        }

        Assert.Equal(names, ids);
    }

    // What is not all of it is no manifest; the budget is counted for each part, and for all of them together.
    [Theory]
    [InlineData(3, 3, null)]
    [InlineData(4, 3, "export-parts")]
    [InlineData(4, 1, "export-parts")]
    public async Task Run_ExportInMorePartsThanThereMayBe_IsRefused(int parts, int most, string? detail)
    {
        _world.Options.Limits.ExportParts = most;
        Manifests(Enumerable.Repeat("own", parts).ToArray());

        using var poll = _world.Open("GET", await JobAsync());
        var result = await _world.WalkAsync(poll, "Release");

        Assert.Equal(detail, result.Detail);
        Assert.Equal(detail is null ? null : DenyReason.AnswerTooLarge, result.Refusal);
    }

    [Theory]
    [InlineData(100_000, null)]
    [InlineData(400, "export-parts")]
    public async Task Run_PartsThatAreTooLargeTogether_AreRefused(int bytes, string? detail)
    {
        _world.Options.Limits.MaxAnswer = bytes;
        Manifests("own", "second", "mixed", "patients");

        using var poll = _world.Open("GET", await JobAsync());
        var result = await _world.WalkAsync(poll, "Release");

        Assert.Equal(detail, result.Detail);
    }

    [Fact]
    public async Task Run_PartsInACircle_EndWhereTheyBegan()
    {
        Manifests("own", "second", string.Empty);
        _world.Upstream.Answers("GET /jobs/2", Manifest("second", "/jobs/1"), mediaType: KnownMediaTypes.Json);

        var manifest = await ManifestAsync();

        Assert.Null(manifest["extension"]);
        Assert.Equal(2, (await FileAsync(manifest, 0)).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Run_ClientFromWhomNothingIsWithheld_IsGivenTheServersOwnFilesAndParts()
    {
        var everything = StageWorld.Grant("read", "search", "export") with
        {
            Types = ["Observation", "Patient"],
            Patients = new PatientScope { Any = true },
            Confidentiality = "V",
            Labels = StageWorld.EverySensitivity,
        };
        var hospital = TestRegistry.Organization() with { Kind = OrganizationKind.Internal };
        _world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: everything), null, null, hospital)));
        Manifests("own,second", "mixed", string.Empty);

        var manifest = await ManifestAsync();

        Assert.Equal(2, manifest["output"]!.AsArray().Count);
        Assert.NotNull(manifest["link"]);
    }

    // A client polls on; another token, another state of the registry and another minute are looked at anew.
    [Fact]
    public async Task Run_PolledAgain_LooksIntoTheFilesOnce()
    {
        Manifests("foreign,foreign,own", string.Empty, string.Empty);
        Assert.Equal(3, await FilesReadAsync());

        Assert.Equal(0, await FilesReadAsync());
        Assert.Equal(0, await FilesReadAsync("HEAD"));

        _world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: Granted("Observation", "Patient", "Condition")))));
        Manifests("foreign,own", string.Empty, string.Empty);
        Assert.Equal(2, await FilesReadAsync());

        _world.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, await FilesReadAsync());

        _world.Callers.Result = PhiGateway.Identity.Tokens.CallerResult.Of(Asked.Caller() with { TokenHash = new string('f', 64) });
        Assert.Equal(2, await FilesReadAsync());
    }

    [Fact]
    public async Task Run_HeadOfAFinishedExport_LooksIntoNothing()
    {
        Manifests("foreign,own", string.Empty, string.Empty);

        Assert.Equal(0, await FilesReadAsync("HEAD"));
    }

    // What it was labelled with, nobody can say any more; a patient whom it covers a client knows of.
    [Theory]
    [InlineData("Patient/17", true, true)]
    [InlineData("Patient/18", true, false)]
    [InlineData("Observation/1", true, false)]
    [InlineData("Observation/1", false, true)]
    [InlineData("Patient/18", false, true)]
    public async Task Run_Deletions_LeaveToWhomWhateverItWasCouldHaveLeft(string deleted, bool isConfined, bool leaves)
    {
        if (!isConfined)
        {
            var any = Granted("Observation", "Patient") with
            {
                Patients = new PatientScope { Any = true },
                Confidentiality = "V",
                Labels = StageWorld.EverySensitivity,
            };
            var hospital = TestRegistry.Organization() with { Kind = OrganizationKind.Internal };
            _world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: any), null, null, hospital)));
        }

        Assert.Equal(leaves, (await DeletedAsync(deleted)).Contains(deleted, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("N", false)]
    [InlineData("V", false)]
    public async Task Run_DeletionOfWhatMayHaveBornALabel_Stays(string ceiling, bool leaves)
    {
        var any = Granted("Observation", "Patient") with
        {
            Patients = new PatientScope { Any = true },
            Confidentiality = ceiling,
            Labels = ceiling == "V" ? ["HIV"] : StageWorld.EverySensitivity,
        };
        var hospital = TestRegistry.Organization() with { Kind = OrganizationKind.Internal };
        _world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: any), null, null, hospital)));

        Assert.Equal(leaves, (await DeletedAsync("Observation/1")).Contains("Observation/1", StringComparison.Ordinal));
    }

    private async Task<string> DeletedAsync(string deleted)
    {
        File(
            "deleted",
            $$"""{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"{{deleted}}"} }]}"""
        );
        _world.Upstream.Answers(
            "GET /jobs/1",
            """
            {"transactionTime":"2026-05-01T00:00:00Z","request":"x","requiresAccessToken":true,"output":[],
            "deleted":[{"type":"Bundle","url":"http://fhir.example/r4/files/deleted"}]}
            """,
            mediaType: KnownMediaTypes.Json
        );
        var manifest = await ManifestAsync();
        return manifest["deleted"]!.AsArray().Count == 0 ? string.Empty : (await FileAsync(manifest, 0, "deleted")).Text;
    }

    private static Grant Granted(params string[] types) => StageWorld.Grant("read", "search", "export") with { Types = types };

    private void File(string name, params string[] lines) =>
        _world.Upstream.Answers($"GET /files/{name}", string.Join('\n', lines), mediaType: KnownMediaTypes.FhirNdjson);

    private void Manifests(params string[] parts)
    {
        for (var i = 0; i < parts.Length; i++)
        {
            var hasNext = i + 1 < parts.Length && parts[i + 1].Length > 0;
            _world.Upstream.Answers(
                $"GET /jobs/{i + 1}",
                Manifest(parts[i], hasNext ? $"/jobs/{i + 2}" : null),
                mediaType: KnownMediaTypes.Json
            );
        }
    }

    private static string Manifest(string files, string? next)
    {
        var named = files
            .Split(',')
            .Select(static name =>
                $$"""{"type":"{{(name == "patients" ? "Patient" : "Observation")}}","url":"http://fhir.example/r4/files/{{name}}"}"""
            );
        var link = next is null ? string.Empty : $$""","link":[{"relation":"next","url":"http://fhir.example/r4{{next}}"}]""";
        return $$"""
            {"transactionTime":"2026-05-01T00:00:00Z","request":"x","requiresAccessToken":true,"output":[{{string.Join(
                ',',
                named
            )}}]{{link}} }
            """;
    }

    private static string Line(string id, string patient) => StageWorld.Observation(id, patient).ReplaceLineEndings(string.Empty);

    private async Task<int> LengthOfOneAsync()
    {
        Manifests("own", string.Empty, string.Empty);
        return ((string)(await ManifestAsync())["output"]![0]!["url"]!).Length;
    }

    private async Task<int> FilesReadAsync(string method = "GET")
    {
        var job = await JobAsync();
        _world.Upstream.Calls.Clear();
        using var poll = _world.Open(method, job);
        Assert.True((await _world.WalkAsync(poll, "Release")).Continues);
        return _world.Upstream.Lines.Count(static line => line.StartsWith("GET /files/", StringComparison.Ordinal));
    }

    private async Task<string> JobAsync()
    {
        using var kickOff = _world.Open("GET", Kick, null, ("Prefer", "respond-async"));
        Assert.True((await _world.WalkAsync(kickOff, "Decide")).Continues);
        return new Uri(_world.Get<HandleIssuer>().Issue(kickOff, HandleKind.Job, "http://fhir.example/r4/jobs/1")!).PathAndQuery;
    }

    private async Task<JsonNode> ManifestAsync()
    {
        using var poll = _world.Open("GET", await JobAsync());
        var result = await _world.WalkAsync(poll, "Release");
        Assert.True(result.Continues, $"{result.Refusal} {result.Detail}");
        return JsonNode.Parse(StageWorld.Written(poll))!;
    }

    private async Task<(DenyReason? Refusal, string Text)> FileAsync(JsonNode manifest, int place, string list = "output")
    {
        using var file = _world.Open("GET", new Uri((string)manifest[list]![place]!["url"]!).PathAndQuery);
        var result = await _world.WalkAsync(file, "Release");
        return (result.Refusal, StageWorld.Written(file));
    }
}
