using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>A file leaves to whom a record leaves that names it, and to nobody else; naming it is no way to it.</summary>
public sealed class BinaryTests : IDisposable
{
    private const string Addresses =
        "Binary%2Fb1%2Chttp%3A%2F%2Ffhir.example%2Fr4%2FBinary%2Fb1%2Chttps%3A%2F%2Fgw.example%2Ffhir%2FBinary%2Fb1";

    private const string ByAddress = $"GET /DocumentReference?location={Addresses}&_count=50";
    private const string Reports = "GET /DiagnosticReport?_count=50&patient=Patient/17";
    private readonly StageWorld _world = new(
        null,
        null,
        TestRegistry.Grant() with
        {
            Types = ["Binary", "DocumentReference", "DiagnosticReport"],
            Interactions = ["read", "search", "create", "update", "patch"],
        }
    );

    public BinaryTests()
    {
        _world.Upstream.Answers("GET /Binary/b1", Binary());
        Holds(ByAddress);
        Holds(Reports);
    }

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("Binary/b1")]
    [InlineData("http://fhir.example/r4/Binary/b1")]
    [InlineData("https://gw.example/fhir/Binary/b1/_history/2")]
    public async Task Run_NamedByADocumentThatLeaves_Leaves(string url)
    {
        Holds(ByAddress, Document(url, "17"));

        var read = await AskAsync("/fhir/Binary/b1");

        Assert.Null(read.Refusal);
        Assert.Equal(Binary(), read.Body);
        Assert.Equal(["17"], Assert.Single(_world.Journal.Records).Patients);
    }

    [Fact]
    public async Task Run_NamedByAReportOfTheClientsPatient_Leaves()
    {
        Holds(Reports, Report("Binary/b1", "17"));

        Assert.Null((await AskAsync("/fhir/Binary/b1")).Refusal);
    }

    [Theory]
    [InlineData("Binary/b2", "17", null)]
    [InlineData("https://elsewhere.example/Binary/b1", "17", null)]
    [InlineData("Binary/b1", "18", null)]
    [InlineData("Binary/b1", "17", "R")]
    public async Task Run_NamedByNothingThatLeaves_IsLikeAMissingOne(string url, string patient, string? confidentiality)
    {
        Holds(ByAddress, Document(url, patient, confidentiality));

        Assert.Equal(DenyReason.NotFoundOrWithheld, (await AskAsync("/fhir/Binary/b1")).Refusal);
    }

    [Fact]
    public async Task Run_NamedByAForeignDocumentToo_IsLikeAMissingOne()
    {
        Holds(ByAddress, Document("Binary/b1", "17"), Document("Binary/b1", "18"));

        Assert.Equal(DenyReason.NotFoundOrWithheld, (await AskAsync("/fhir/Binary/b1")).Refusal);
    }

    // The look does not end at the first record that is shown.
    [Theory]
    [InlineData("R", "not-found-or-withheld")]
    [InlineData(null, null)]
    public async Task Run_NamedByAReportThatLeavesAndByAnotherRecord_LeavesWhenBothDo(string? confidentiality, string? refusal)
    {
        using var world = new StageWorld(
            null,
            null,
            TestRegistry.Grant() with
            {
                Types = ["Binary", "DiagnosticReport", "Consent"],
                Interactions = ["read", "search"],
            }
        );
        world.Upstream.Answers("GET /Binary/b1", Binary()).Answers(ByAddress, "{}", 400);
        var consent = Document("Binary/b1", "17", confidentiality)
            .Replace("DocumentReference", "Consent", StringComparison.Ordinal)
            .Replace("\"subject\"", "\"patient\"", StringComparison.Ordinal)
            .Replace("\"content\":[{\"attachment\":", "\"sourceAttachment\":", StringComparison.Ordinal)
            .Replace("\"Binary/b1\"} }]", "\"Binary/b1\"}", StringComparison.Ordinal);
        world.Upstream.Otherwise = () =>
        {
            var asked = world.Upstream.Calls[^1].PathAndQuery;
            string[] found = [asked.Contains("Report", StringComparison.Ordinal) ? Report("Binary/b1", "17") : string.Empty, consent];
            return RecordingUpstream.Reply(
                200,
                $$"""
                {"resourceType":"Bundle","type":"searchset",
                "entry":[{"resource":{{found[asked.Contains("Consent", StringComparison.Ordinal) ? 1 : 0]}} }]}
                """,
                KnownMediaTypes.FhirJson
            );
        };
        using var exchange = world.Open("GET", "/fhir/Binary/b1");

        Assert.Equal(refusal, (await world.WalkAsync(exchange, "Release")).Refusal?.Code);
        Assert.Contains("GET /Consent?patient=Patient/17&_count=50", world.Upstream.Lines);
    }

    [Fact]
    public async Task Run_NameThatStandsInAnExtensionsDefinition_OpensNothing()
    {
        var document = Document("Binary/b2", "17")
            .Replace("\"status\"", "\"extension\":[{\"url\":\"Binary/b1\"}],\"status\"", StringComparison.Ordinal);
        Holds(ByAddress, document);

        Assert.Equal(DenyReason.NotFoundOrWithheld, (await AskAsync("/fhir/Binary/b1")).Refusal);
    }

    [Theory]
    [InlineData("Patient/17", null)]
    [InlineData("Patient/18", "not-found-or-withheld")]
    [InlineData("DocumentReference/d1", null)]
    public async Task Run_SaysItselfWhoseItIs_IsJudgedByThat(string context, string? refusal)
    {
        _world.Upstream.Answers("GET /Binary/b1", Binary(context));
        _world.Upstream.Answers("GET /DocumentReference/d1", Document("Binary/b1", "17"));
        Holds(ByAddress, Document("Binary/b1", "17"));

        Assert.Equal(refusal, (await AskAsync("/fhir/Binary/b1")).Refusal?.Code);
    }

    [Fact]
    public async Task Run_UpstreamFailsWhenAskedWhoNamesIt_LetsNothingOut()
    {
        _world.Upstream.Answers(ByAddress, "{}", 500);
        Holds(Reports, Report("Binary/b1", "17"));

        Assert.Equal(DenyReason.NotFoundOrWithheld, (await AskAsync("/fhir/Binary/b1")).Refusal);
    }

    [Fact]
    public async Task Run_ServerWithoutTheParameter_StillFindsTheReport()
    {
        _world.Upstream.Answers(ByAddress, "{}", 400);
        Holds(Reports, Report("Binary/b1", "17"));

        Assert.Null((await AskAsync("/fhir/Binary/b1")).Refusal);
    }

    [Theory]
    [InlineData("application/pdf", "17", null)]
    [InlineData("image/png, application/pdf;q=0.5", "17", null)]
    [InlineData("image/png", "17", "not-acceptable")]
    [InlineData("application/pdf", "18", "not-found-or-withheld")]
    public async Task Run_ContentIsAskedFor_LeavesByTheSameRule(string accept, string patient, string? refusal)
    {
        Holds(ByAddress, Document("Binary/b1", patient));
        using var exchange = _world.Open("GET", "/fhir/Binary/b1", null, ("Accept", accept), ("Range", "bytes=1-"));

        var result = await _world.WalkAsync(exchange, "Release");

        Assert.Equal(refusal, result.Refusal?.Code);
        Assert.Equal(refusal is null ? "%PDF" : string.Empty, StageWorld.Written(exchange));
        if (refusal is null)
        {
            Assert.Equal("application/pdf", exchange.Http.Response.ContentType);
            Assert.Equal("nosniff", exchange.Http.Response.Headers.XContentTypeOptions.ToString());
            Assert.Equal("none", exchange.Http.Response.Headers.AcceptRanges.ToString());
        }
    }

    // R4 Binary, 2.8.2: who names a form of FHIR reads the resource; who names none, or nothing at all, is given the file, where it is of a
    // type that is taken.
    [Theory]
    [InlineData("application/pdf, */*;q=0.1", "17", "application/pdf", null)]
    [InlineData("text/html,application/xhtml+xml,Application/PDF;q=0.9,*/*;q=0.8", "17", "application/pdf", null)]
    [InlineData("application/pdf, */*", "18", null, "not-found-or-withheld")]
    [InlineData("*/*", "17", "application/pdf", null)]
    [InlineData("*/*;q=0.8", "17", "application/pdf", null)]
    [InlineData("text/html, image/gif, image/jpeg, */*; q=.2", "17", "application/pdf", null)]
    [InlineData("application/*", "17", "application/pdf", null)]
    [InlineData(null, "17", "application/pdf", null)]
    [InlineData(null, "18", null, "not-found-or-withheld")]
    [InlineData("*/*", "18", null, "not-found-or-withheld")]
    [InlineData("application/fhir+json", "17", KnownMediaTypes.FhirJsonUtf8, null)]
    [InlineData("application/json", "17", KnownMediaTypes.FhirJsonUtf8, null)]
    [InlineData("application/fhir+json, */*", "17", KnownMediaTypes.FhirJsonUtf8, null)]
    [InlineData("image/png, application/pdf;q=0, */*", "17", KnownMediaTypes.FhirJsonUtf8, null)]
    [InlineData("image/png, */*, application/pdf;q=0", "17", KnownMediaTypes.FhirJsonUtf8, null)]
    [InlineData("application/json, application/pdf, */*", "17", KnownMediaTypes.FhirJsonUtf8, null)]
    [InlineData("application/pdf, application/fhir+json;q=0.5", "17", KnownMediaTypes.FhirJsonUtf8, null)]
    public async Task Run_ClientThatTakesAnything_IsGivenTheFile(string? accept, string patient, string? type, string? refusal)
    {
        Holds(ByAddress, Document("Binary/b1", patient));
        (string, string)[] headers = accept is null ? [] : [("Accept", accept)];
        using var exchange = _world.Open("GET", "/fhir/Binary/b1", null, headers);

        var result = await _world.WalkAsync(exchange, "Release");

        Assert.Equal((refusal, type), (result.Refusal?.Code, exchange.Http.Response.ContentType));
        if (type is not null)
        {
            Assert.Equal(type == "application/pdf" ? "%PDF" : Binary(), StageWorld.Written(exchange));
        }
    }

    [Theory]
    [InlineData("\"contentType\":\"application/pdf\"")]
    [InlineData("\"contentType\":\"not one\",\"data\":\"JVBERg==\"")]
    [InlineData("\"contentType\":\"text/plain\",\"data\":\"YQ\"")]
    public async Task Run_ClientThatTakesAnything_IsGivenTheResourceWhereThereIsNoFile(string rest)
    {
        var binary = $$"""{"resourceType":"Binary","id":"b1",{{rest}} }""";
        _world.Upstream.Answers("GET /Binary/b1", binary);
        Holds(ByAddress, Document("Binary/b1", "17"));
        using var exchange = _world.Open("GET", "/fhir/Binary/b1", null, ("Accept", "*/*"));

        Assert.Null((await _world.WalkAsync(exchange, "Release")).Refusal);
        Assert.Equal(binary, StageWorld.Written(exchange));
    }

    [Theory]
    [InlineData("/fhir/Observation/1")]
    [InlineData("/fhir/Binary/b1/_history")]
    [InlineData("/fhir/Binary?_id=b1")]
    public async Task Run_ContentOfAnythingElse_IsNotServed(string target)
    {
        using var exchange = _world.Open("GET", target, null, ("Accept", "application/pdf"));

        Assert.Equal(DenyReason.NotAcceptable, (await _world.WalkAsync(exchange, "Release")).Refusal);
    }

    [Theory]
    [InlineData("18")]
    [InlineData(null)]
    public async Task Run_WriteThatNamesAForeignOrMissingFile_IsRefusedAlike(string? patient)
    {
        Holds(ByAddress);
        if (patient is null)
        {
            _world.Upstream.Answers("GET /Binary/b1", "{}", 404);
        }
        else
        {
            Holds(ByAddress, Document("Binary/b1", patient));
        }

        foreach (var url in (string[])["Binary/b1", @"Binary\/b1", @"\u0042inary/b1", "http://fhir.example/r4/Binary/b1"])
        {
            using var exchange = _world.Open("POST", "/fhir/DiagnosticReport", Report(url, "17", id: null));
            Assert.Equal(DenyReason.PatientUndetermined, (await _world.WalkAsync(exchange, "Settle")).Refusal);
        }
    }

    // Another route to the same server is another name of it, on the way in and out; another server's base is none.
    [Theory]
    [InlineData("https://gw.example/south/Binary/b1", true)]
    [InlineData("https://gw.example/southern/Binary/b1", false)]
    [InlineData("https://elsewhere.example/fhir/Binary/b1", false)]
    public async Task Run_FileNamedByTheBaseOfAnotherRoute_IsTheSameFile(string url, bool isSame)
    {
        _world.Route = _world.Route! with { Language = _world.Route.Language with { Aliases = ["https://gw.example/south"] } };
        var byAll = ByAddress.Replace("&_count", "%2Chttps%3A%2F%2Fgw.example%2Fsouth%2FBinary%2Fb1&_count", StringComparison.Ordinal);
        Holds(byAll, Document(url, "18"));
        using var write = _world.Open("POST", "/fhir/DiagnosticReport", Report(url, "17", id: null));
        Assert.Equal(isSame ? DenyReason.PatientUndetermined : null, (await _world.WalkAsync(write, "Settle")).Refusal);

        Holds(byAll, Document(url, "17"));
        Assert.Equal(isSame, (await AskAsync("/fhir/Binary/b1")).Refusal is null);
    }

    [Theory]
    [InlineData("17", null)]
    [InlineData(null, "Patient/17")]
    public async Task Run_WriteThatNamesAFileOfTheClientsPatient_Passes(string? named, string? context)
    {
        _world.Upstream.Answers("GET /Binary/b1", Binary(context));
        Holds(ByAddress, named is null ? [] : [Document("Binary/b1", named)]);
        using var exchange = _world.Open("POST", "/fhir/DiagnosticReport", Report("Binary/b1", "17", id: null));

        Assert.True((await _world.WalkAsync(exchange, "Settle")).Continues);
    }

    // As the value of an element, as a member of a datatype, and as one of parts.
    [Theory]
    [InlineData("18", "presentedForm[0].url", "\"valueUrl\":\"Binary/b1\"")]
    [InlineData("18", "presentedForm[0].url", "\"valueUri\":\"http://fhir.example/r4/Binary/b1\"")]
    [InlineData("18", "presentedForm[0]", "\"valueAttachment\":{\"url\":\"Binary/b1\"}")]
    [InlineData("18", "presentedForm[0]", "\"part\":[{\"name\":\"url\",\"valueUrl\":\"\\u0042inary/b1\"}]")]
    [InlineData("17", "presentedForm[0].url", "\"valueUrl\":\"Binary/b1\"")]
    [InlineData("18", "presentedForm[0].url", "\"valueUrl\":\"Binary/b9\"")]
    [InlineData("18", "conclusion", "\"valueString\":\"see Binary/b1\"")]
    public async Task Run_PatchAppliedUpstreamThatNamesAFile_IsAskedAboutLikeAnyWrite(string patient, string path, string value)
    {
        Holds(ByAddress, Document("Binary/b1", patient));
        _world.Upstream.Answers("GET /DiagnosticReport/r1", Report("Binary/b9", "17"));
        var isForeign = patient == "18" && path != "conclusion" && !value.Contains("b9", StringComparison.Ordinal);
        using var exchange = _world.Open(
            "PATCH",
            "/fhir/DiagnosticReport/r1",
            $$"""
            {"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},
            {"name":"path","valueString":"DiagnosticReport.{{path}}"},{"name":"value",{{value}} }]}]}
            """
        );

        var result = await _world.WalkAsync(exchange, "Settle");

        Assert.Equal(isForeign ? DenyReason.PatientUndetermined : null, result.Refusal);
    }

    [Fact]
    public async Task Run_UpdateThatKeepsANameThatWasThere_Passes()
    {
        _world.Upstream.Answers("GET /DiagnosticReport/r1", Report("Binary/b9", "17"));
        using var exchange = _world.Open("PUT", "/fhir/DiagnosticReport/r1", Report("Binary/b9", "17"));

        Assert.True((await _world.WalkAsync(exchange, "Settle")).Continues);
    }

    // Somebody else writes the name between the decision and the look at what is named.
    [Fact]
    public async Task Run_NameThatCameAfterTheVersionThatWasDecided_IsNewAllTheSame()
    {
        Holds(ByAddress, Document("Binary/b1", "18"));
        _world.Upstream.Answers("GET /DiagnosticReport/r1", Report("Binary/b9", "17"));
        _world.Upstream.OnCall = call =>
        {
            if (_world.Upstream.Calls.Count > 1)
            {
                _world.Upstream.Answers("GET /DiagnosticReport/r1", Report("Binary/b1", "17"));
            }
        };
        using var exchange = _world.Open("PUT", "/fhir/DiagnosticReport/r1", Report("Binary/b1", "17"));

        Assert.Equal(DenyReason.PatientUndetermined, (await _world.WalkAsync(exchange, "Settle")).Refusal);
        Assert.Single(_world.Upstream.Lines, "GET /DiagnosticReport/r1");
    }

    private void Holds(string search, params string[] resources) =>
        _world.Upstream.Answers(
            search,
            $$"""
            {"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"http://fhir.example/r4/x?patient=17"}],
            "entry":[{{string.Join(',', resources.Select(static resource => $$"""{"resource":{{resource}} }"""))}}]}
            """
        );

    private async Task<(DenyReason? Refusal, string Body)> AskAsync(string target)
    {
        using var exchange = _world.Open("GET", target, null, ("Accept", KnownMediaTypes.FhirJson));
        var result = await _world.WalkAsync(exchange, "Release");
        return (result.Refusal, StageWorld.Written(exchange));
    }

    private static string Binary(string? context = null)
    {
        var says = context is null ? string.Empty : $$""","securityContext":{"reference":"{{context}}"}""";
        return $$"""{"resourceType":"Binary","id":"b1","contentType":"application/pdf"{{says}},"data":"JVBERg=="}""";
    }

    private static string Document(string url, string patient, string? confidentiality = null)
    {
        var meta = confidentiality is null
            ? string.Empty
            : $$"""
                "meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"{{confidentiality}}"}]},
                """;
        return $$"""
            {"resourceType":"DocumentReference","id":"d1",{{meta}}"status":"current","subject":{"reference":"Patient/{{patient}}"},
            "content":[{"attachment":{"contentType":"application/pdf","url":"{{url}}"} }]}
            """;
    }

    private static string Report(string url, string patient, string? id = "r1")
    {
        var name = id is null ? string.Empty : $"\"id\":\"{id}\",";
        return $$"""
            {"resourceType":"DiagnosticReport",{{name}}"status":"final","code":{"text":"x"},
            "subject":{"reference":"Patient/{{patient}}"},"presentedForm":[{"url":"{{url}}"}]}
            """;
    }
}
