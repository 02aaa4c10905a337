using System.Text.Json.Nodes;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;
using static PhiGateway.Tests.Gateway.Release.ExportedRecords;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// A record leaves in a file of an export as it does where it is read: by what it hangs on, by what it speaks of, and, beside the records of
/// patients, only where one of these names it.
/// </summary>
public sealed class ExportedLinesTests : IDisposable
{
    private const string Bookings = "/fhir/$export?_type=Schedule,Slot";
    private const string Spoken = "/fhir/$export?_type=Condition,Provenance";
    private const string Drugs = "/fhir/Patient/$export?_type=Medication,MedicationRequest";

    private readonly StageWorld _world = new();
    private readonly Dictionary<string, string[]> _files = [];

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_SlotsForAVendor_LeaveWhereTheirScheduleIsNobodys(bool isOfNone)
    {
        Publish(
            OrganizationKind.Vendor,
            Of(isOfNone ? new PatientScope { None = true } : new PatientScope { Any = true }, "Schedule", "Slot")
        );
        Schedules();
        _files["Slot"] = [Slot("free", "1"), Slot("patients", "2"), Slot("lost", "9"), Slot("more", "1")];

        Assert.Equal(["Slot"], await NamedAsync(Bookings));
        var lines = (await FileAsync(Bookings, "Slot")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var nobodys = Array.FindAll(lines, static line => !line.Contains("Schedule/2", StringComparison.Ordinal));
        Assert.Equal(["free", "more"], nobodys.Select(static line => (string)JsonNode.Parse(line)!["id"]!));
        Assert.DoesNotContain("Muster", string.Concat(nobodys), StringComparison.Ordinal);

        // One of a patient's leaves with the patient.
        Assert.Equal(isOfNone ? 2 : 3, lines.Length);
    }

    [Fact]
    public async Task Run_SlotsOfPatientsOnly_AreNotNamed()
    {
        Publish(OrganizationKind.Vendor, Of(new PatientScope { None = true }, "Schedule", "Slot"));
        Schedules();
        _files["Slot"] = [Slot("patients", "2")];

        Assert.Empty(await NamedAsync(Bookings));
    }

    // A file without what it should hold would be taken for all of it.
    [Fact]
    public async Task Run_SlotsWhoseSchedulesCannotBeAskedFor_AreNoFile()
    {
        Publish(OrganizationKind.Vendor, Of(new PatientScope { None = true }, "Schedule", "Slot"));
        _files["Slot"] = [Slot("free", "1")];
        _world.Upstream.Answers("GET /Schedule/1", "{}", 503);

        Assert.Equal(["Slot"], await NamedAsync(Bookings));
        Assert.Equal(DenyReason.UpstreamBusy, (await AskFileAsync(Bookings, "Slot")).Refusal);
    }

    [Fact]
    public async Task Run_SlotsForTheHospitalsOwn_LeaveWithoutALook()
    {
        Publish(OrganizationKind.Internal, Of(new PatientScope { Any = true }, "Schedule", "Slot"));
        _files["Slot"] = [Slot("free", "1"), Slot("patients", "2")];

        Assert.Equal(["free", "patients"], await IdsAsync(Bookings, "Slot"));
        Assert.DoesNotContain(_world.Upstream.Lines, static line => line.StartsWith("GET /Schedule", StringComparison.Ordinal));
    }

    // Also to whom exports alone are granted, and reads are not.
    [Theory]
    [InlineData("read,search,export")]
    [InlineData("export")]
    public async Task Run_WhatSpeaksOfWhatStays_StaysInAFileToo(string interactions)
    {
        var grant = Of(new PatientScope { Any = true }, "Condition", "Provenance") with { Interactions = interactions.Split(',') };
        Publish(OrganizationKind.Internal, grant);
        Conditions();
        _files["Provenance"] = [Speaking("of-shown", "shown"), Speaking("of-hidden", "hidden"), Speaking("of-missing", "missing")];

        Assert.Equal(["of-shown", "of-missing"], await IdsAsync(Spoken, "Provenance"));
    }

    // One that cannot be read beside it opens nothing.
    [Theory]
    [InlineData("shown", true)]
    [InlineData("hidden", false)]
    public async Task Run_WhatSpeaksOfMoreThanCanBeRead_StaysWhereAnyOfItDoes(string target, bool leaves)
    {
        Publish(OrganizationKind.Internal, Of(new PatientScope { Any = true }, "Condition", "Provenance"));
        Conditions();
        _world
            .Upstream.Answers("GET /Condition/shown", Condition("shown", "17", "N"))
            .Answers("GET /Condition/hidden", Condition("hidden", "17", "R"));
        var line = Speaking("p", target).Replace("\"target\":[", "\"target\":[{\"display\":\"by hand\"},", StringComparison.Ordinal);
        _files["Provenance"] = [line];
        _world.Upstream.Answers("GET /Provenance/p", line);

        Assert.Equal(leaves ? ["Provenance"] : [], await NamedAsync(Spoken));
        using var read = _world.Open("GET", "/fhir/Provenance/p");
        Assert.Equal(leaves ? null : DenyReason.NotFoundOrWithheld, (await _world.WalkAsync(read, "Release")).Refusal);
    }

    // Whatever keeps it from being asked for; what a server does not answer at all keeps a line back, and no file.
    [Theory]
    [InlineData(500, true)]
    [InlineData(502, true)]
    [InlineData(401, true)]
    [InlineData(403, false)]
    [InlineData(405, false)]
    public async Task Run_WhatSpeaksOfWhatCannotBeAskedFor_IsNoFile(int status, bool isRefused)
    {
        Publish(OrganizationKind.Internal, Of(new PatientScope { Any = true }, "Condition", "Provenance"));
        _files["Provenance"] = [Speaking("p", "shown")];
        _world.Upstream.Answers("GET /Condition/shown", "{}", status);

        Assert.Equal(isRefused ? ["Provenance"] : [], await NamedAsync(Spoken));
        Assert.True(!isRefused || (await AskFileAsync(Spoken, "Provenance")).Refusal is not null);
    }

    // A partner is shown what speaks of records that it may see, as it is by its id.
    [Fact]
    public async Task Run_WhatSpeaksOfOthersForAPartner_LeavesWithTheirPatients()
    {
        Publish(OrganizationKind.Vendor, Of(new PatientScope { Roster = "orders" }, "Condition", "Provenance"));
        Conditions();
        _files["Provenance"] = [Speaking("of-shown", "shown"), Speaking("of-foreign", "foreign"), Speaking("of-missing", "missing")];

        Assert.Equal(["of-shown"], await IdsAsync(Spoken, "Provenance"));
    }

    // That a drug is there would tell of an order that stays.
    [Fact]
    public async Task Run_NobodysRecordsBesideThoseOfPatients_LeaveWhereOneThatLeavesNamesThem()
    {
        Publish(OrganizationKind.Vendor, Of(new PatientScope { Any = true }, "Medication", "MedicationRequest"));
        _files["MedicationRequest"] = [Order("m1", "a", "N"), Order("m2", "b", "R")];
        _files["Medication"] = [Medication("a", "c"), Medication("b", "d"), Medication("c"), Medication("d"), Medication("e")];

        Assert.Equal(["Medication", "MedicationRequest"], await NamedAsync(Drugs));
        Assert.Equal(["a", "c"], await IdsAsync(Drugs, "Medication"));
        Assert.Equal(["m1"], await IdsAsync(Drugs, "MedicationRequest"));

        _files["MedicationRequest"] = [Order("m2", "b", "R")];
        _world.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Empty(await NamedAsync(Drugs));
    }

    // In an export of all that there is they are there for their own sake; to whom all is shown nothing is told by them.
    [Theory]
    [InlineData("/fhir/$export?_type=Medication,MedicationRequest", OrganizationKind.Vendor, "N")]
    [InlineData(Drugs, OrganizationKind.Internal, "V")]
    public async Task Run_NobodysRecordsOfWhichNothingIsTold_AllLeave(string kick, OrganizationKind kind, string ceiling)
    {
        var grant = Of(new PatientScope { Any = true }, "Medication", "MedicationRequest") with
        {
            Confidentiality = ceiling,
            Labels = ceiling == "V" ? StageWorld.EverySensitivity : [],
        };
        Publish(kind, grant);
        _files["MedicationRequest"] = [Order("m1", "a", "N")];
        _files["Medication"] = [Medication("a"), Medication("e")];

        Assert.Equal(["a", "e"], await IdsAsync(kick, "Medication"));
    }

    // What is looked through for one file is not looked through again for the next.
    [Fact]
    public async Task Run_SeveralReadsOfNobodysFiles_CostTheOthersOnce()
    {
        Publish(OrganizationKind.Vendor, Of(new PatientScope { Any = true }, "Medication", "MedicationRequest"));
        _files["MedicationRequest"] = [Order("m1", "a", "N")];
        _files["Medication"] = [Medication("a")];
        _ = await NamedAsync(Drugs);
        _world.Upstream.Calls.Clear();

        Assert.Equal(["a"], await IdsAsync(Drugs, "Medication"));
        Assert.Equal(["a"], await IdsAsync(Drugs, "Medication"));
        Assert.DoesNotContain("GET /files/MedicationRequest", _world.Upstream.Lines);
    }

    // A server does not wait for long until an open file is read.
    [Fact]
    public async Task Run_FileOfNobodysRecords_IsOpenedOnceTheOthersWereRead()
    {
        Publish(OrganizationKind.Vendor, Of(new PatientScope { Any = true }, "Medication", "MedicationRequest"));
        _files["MedicationRequest"] = [Order("m1", "a", "N")];
        _files["Medication"] = [Medication("a")];
        var file = (await ManifestAsync(Drugs)).Single(static file => (string?)file!["type"] == "Medication")!;
        _world.Clock.Advance(TimeSpan.FromSeconds(61));
        _world.Upstream.Calls.Clear();

        using var read = _world.Open("GET", new Uri((string)file["url"]!).PathAndQuery);
        Assert.Null((await _world.WalkAsync(read, "Release")).Refusal?.Code);

        Assert.Contains("GET /files/MedicationRequest", _world.Upstream.Lines);
        Assert.Equal("GET /files/Medication", _world.Upstream.Lines.Last());
    }

    // Without what they name it is not known what may leave of them; nothing of it is opened for nothing.
    [Fact]
    public async Task Run_FileOfNobodysRecordsBesideOnesThatCannotBeRead_IsRefusedUnopened()
    {
        Publish(OrganizationKind.Vendor, Of(new PatientScope { Any = true }, "Medication", "MedicationRequest"));
        _files["MedicationRequest"] = [Order("m1", "a", "N")];
        _files["Medication"] = [Medication("a")];
        var file = (await ManifestAsync(Drugs)).Single(static file => (string?)file!["type"] == "Medication")!;
        _world.Clock.Advance(TimeSpan.FromSeconds(61));
        _world.Upstream.Answers("GET /files/MedicationRequest", "{}", 503).Calls.Clear();

        using var read = _world.Open("GET", new Uri((string)file["url"]!).PathAndQuery);
        var result = await _world.WalkAsync(read, "Release");

        Assert.Equal(DenyReason.UnreadableAnswer, result.Refusal);
        Assert.Equal("export-names", result.Detail);
        Assert.Equal("GET /files/MedicationRequest", _world.Upstream.Lines.Last());
    }

    // More names than are held, were each counted wherever it stands.
    [Fact]
    public async Task Run_ManyRecordsThatNameTheSame_NameItOnce()
    {
        const string Visits = "/fhir/Patient/$export?_type=Encounter,Practitioner";
        Publish(OrganizationKind.Vendor, Of(new PatientScope { Any = true }, "Encounter", "Practitioner"));
        var staff = string.Join(',', Enumerable.Range(0, 2600).Select(static place => Attending($"p{place}")));
        _files["Encounter"] = [.. Enumerable.Range(0, 100).Select(place => Visit($"e{place}", staff))];
        _files["Practitioner"] = [Practitioner("p7"), Practitioner("other"), Practitioner("p2599")];

        Assert.Equal(["p7", "p2599"], await IdsAsync(Visits, "Practitioner"));
    }

    // However much is named, it is looked through once.
    [Fact]
    public async Task Run_SeveralReadsBesideVeryManyNames_CostTheOthersOnce()
    {
        const string Visits = "/fhir/Patient/$export?_type=Encounter,Practitioner";
        Publish(OrganizationKind.Vendor, Of(new PatientScope { Any = true }, "Encounter", "Practitioner"));
        string Staff(int visit) => string.Join(',', Enumerable.Range(0, 600).Select(place => Attending($"p{visit}-{place}")));
        _files["Encounter"] = [.. Enumerable.Range(0, 100).Select(visit => Visit($"e{visit}", Staff(visit)))];
        _files["Practitioner"] = [Practitioner("p7-7"), Practitioner("other")];
        _ = await NamedAsync(Visits);
        _world.Upstream.Calls.Clear();

        Assert.Equal(["p7-7"], await IdsAsync(Visits, "Practitioner"));
        Assert.DoesNotContain("GET /files/Encounter", _world.Upstream.Lines);
    }

    // Neither is what a record says of itself, nor where a device is called: none of it names another.
    [Fact]
    public async Task Run_ManyRecordsWithTextsOfTheirOwn_AreNoNames()
    {
        const string Visits = "/fhir/Patient/$export?_type=Encounter,Practitioner";
        Publish(OrganizationKind.Vendor, Of(new PatientScope { Any = true }, "Encounter", "Practitioner", "Device"));
        string Said(int visit) =>
            string.Join(',', Enumerable.Range(0, 2600).Select(place => $$"""{"text":"BP: {{visit}} over {{place}}"}"""));
        _files["Encounter"] =
        [
            .. Enumerable
                .Range(0, 100)
                .Select(visit => Visit($"e{visit}", Attending("p7"))[..^1] + $$""","reasonCode":[{{Said(visit)}}]}"""),
        ];
        _files["Practitioner"] = [Practitioner("p7"), Practitioner("other")];

        Assert.Equal(["p7"], await IdsAsync(Visits, "Practitioner"));
    }

    private static Grant Of(PatientScope patients, params string[] types) =>
        TestRegistry.Grant() with
        {
            Types = types,
            Interactions = ["read", "search", "export"],
            Patients = patients,
        };

    private void Publish(OrganizationKind kind, params Grant[] grants)
    {
        var organization = TestRegistry.Organization() with { Kind = kind };
        _world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grants), organization: organization)));
    }

    private void Schedules()
    {
        var (ours, theirs) = (Schedule("1", "Practitioner/1"), Schedule("2", "Patient/18"));
        _world
            .Upstream.Answers("GET /Schedule/1", ours)
            .Answers("GET /Schedule/2", theirs)
            .Answers("GET /Schedule?_id=1,2,9&_count=20", SearchSet(ours, theirs));
    }

    private void Conditions() =>
        _world
            .Upstream.Answers(
                "GET /Condition?_id=shown,hidden,missing&_count=20",
                SearchSet(Condition("shown", "17", "N"), Condition("hidden", "17", "R"))
            )
            .Answers(
                "GET /Condition?_id=shown,foreign,missing&_count=20",
                SearchSet(Condition("shown", "17", "N"), Condition("foreign", "18", "N"))
            );

    private async Task<List<string>> NamedAsync(string kick) =>
        [.. (await ManifestAsync(kick)).Select(static file => (string)file!["type"]!)];

    private async Task<List<string>> IdsAsync(string kick, string type) =>
        [
            .. (await FileAsync(kick, type))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(static line => (string)JsonNode.Parse(line)!["id"]!),
        ];

    private async Task<string> FileAsync(string kick, string type)
    {
        var (refusal, text) = await AskFileAsync(kick, type);
        Assert.Null(refusal?.Code);
        return text;
    }

    private async Task<(DenyReason? Refusal, string Text)> AskFileAsync(string kick, string type)
    {
        var file = (await ManifestAsync(kick)).Single(file => (string?)file!["type"] == type)!;
        using var read = _world.Open("GET", new Uri((string)file["url"]!).PathAndQuery);
        var result = await _world.WalkAsync(read, "Release");
        return (result.Refusal, StageWorld.Written(read));
    }

    private async Task<JsonArray> ManifestAsync(string kick)
    {
        foreach (var (type, lines) in _files)
        {
            _world.Upstream.Answers($"GET /files/{type}", string.Join('\n', lines), mediaType: KnownMediaTypes.FhirNdjson);
        }

        var named = string.Join(
            ',',
            _files
                .Keys.Order(StringComparer.Ordinal)
                .Select(static type => $$"""{"type":"{{type}}","url":"http://fhir.example/r4/files/{{type}}"}""")
        );
        _world.Upstream.Answers(
            "GET /jobs/1",
            $$"""{"transactionTime":"2026-05-01T00:00:00Z","request":"x","requiresAccessToken":true,"output":[{{named}}]}""",
            mediaType: KnownMediaTypes.Json
        );
        using var kickOff = _world.Open("GET", kick, null, ("Prefer", "respond-async"));
        var begun = await _world.WalkAsync(kickOff, "Decide");
        Assert.True(begun.Continues, $"{begun.Refusal?.Code} {begun.Detail}");
        var job = _world.Get<HandleIssuer>().Issue(kickOff, HandleKind.Job, "http://fhir.example/r4/jobs/1")!;
        using var poll = _world.Open("GET", new Uri(job).PathAndQuery);
        var result = await _world.WalkAsync(poll, "Release");
        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        return JsonNode.Parse(StageWorld.Written(poll))!["output"]!.AsArray();
    }
}
