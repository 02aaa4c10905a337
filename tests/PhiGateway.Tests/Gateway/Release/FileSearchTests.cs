using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// A Binary that does not say whose it is is judged by who names it wherever it is met: in a search, a version, a history, a transaction.
/// Where nobody looked it stays.
/// </summary>
public sealed class FileSearchTests : IDisposable
{
    private const string ByAddress =
        "GET /DocumentReference?location="
        + "Binary%2Fb1%2Chttp%3A%2F%2Ffhir.example%2Fr4%2FBinary%2Fb1%2Chttps%3A%2F%2Fgw.example%2Ffhir%2FBinary%2Fb1"
        + "%2CBinary%2Fb1%2F_history%2F2%2Chttp%3A%2F%2Ffhir.example%2Fr4%2FBinary%2Fb1%2F_history%2F2"
        + "%2Chttps%3A%2F%2Fgw.example%2Ffhir%2FBinary%2Fb1%2F_history%2F2&_count=50";

    private readonly StageWorld _world = new(
        null,
        null,
        TestRegistry.Grant() with
        {
            Types = ["Binary", "DocumentReference", "Observation"],
            Interactions = ["read", "search", "vread", "history", "create", "update"],
        }
    );

    public FileSearchTests()
    {
        _world.Upstream.Otherwise = static () =>
            RecordingUpstream.Reply(
                200,
                """{"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"http://fhir.example/r4/x"}],"entry":[]}""",
                KnownMediaTypes.FhirJson
            );
        _world.Upstream.Answers("GET /Binary/b1", Binary("2"));
    }

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("17", true)]
    [InlineData("18", false)]
    [InlineData(null, false)]
    public async Task Run_SearchForAFile_LeavesToWhomARecordLeavesThatNamesIt(string? patient, bool leaves)
    {
        Named(patient);
        _world.Upstream.Answers("GET /Binary?_id=b1", Bundle("searchset", Binary("2")));

        var (refusal, body) = await AskAsync("GET", "/fhir/Binary?_id=b1");

        Assert.Null(refusal);
        Assert.Equal(leaves, body.Contains("JVBERg==", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("17", null)]
    [InlineData("18", "not-found-or-withheld")]
    [InlineData(null, "not-found-or-withheld")]
    public async Task Run_VersionOfAFile_LeavesWithTheCurrentOne(string? patient, string? refusal)
    {
        Named(patient);
        _world.Upstream.Answers("GET /Binary/b1/_history/1", Binary("1"));
        Holds(
            ByAddress.Replace("_history%2F2", "_history%2F1", StringComparison.Ordinal),
            patient is null ? [] : [Document("d1", patient)]
        );

        Assert.Equal(refusal, (await AskAsync("GET", "/fhir/Binary/b1/_history/1")).Refusal?.Code);
    }

    [Theory]
    [InlineData("17", null)]
    [InlineData("18", "not-found-or-withheld")]
    public async Task Run_HistoryOfAFile_LeavesWithTheCurrentOne(string patient, string? refusal)
    {
        Named(patient);
        _world.Upstream.Answers("GET /Binary/b1/_history", Bundle("history", Binary("2")));

        Assert.Equal(refusal, (await AskAsync("GET", "/fhir/Binary/b1/_history")).Refusal?.Code);
    }

    [Theory]
    [InlineData("17", true)]
    [InlineData("18", false)]
    public async Task Run_FileInABatch_LeavesToWhomARecordLeavesThatNamesIt(string patient, bool leaves)
    {
        Named(patient);

        var (refusal, body) = await AskAsync(
            "POST",
            "/fhir",
            """{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Binary/b1"}}]}"""
        );

        Assert.Null(refusal);
        Assert.Equal(leaves, body.Contains("JVBERg==", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("17", true)]
    [InlineData("18", false)]
    public async Task Run_FileInATransaction_LeavesToWhomARecordLeavesThatNamesIt(string patient, bool leaves)
    {
        Named(patient);
        _world.Upstream.Answers(
            "POST ",
            $$"""{"resourceType":"Bundle","type":"transaction-response","entry":[{"resource":{{Binary("2")}},"response":{"status":"200 OK"} }]}"""
        );

        var (refusal, body) = await AskAsync(
            "POST",
            "/fhir",
            """{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"GET","url":"Binary/b1"}}]}"""
        );

        Assert.Null(refusal);
        Assert.Equal(leaves, body.Contains("JVBERg==", StringComparison.Ordinal));
    }

    // The document and its file are sent together, and neither has an id yet: the file is whose the document is.
    [Theory]
    [InlineData("urn:uuid:9a9b0e4c-0000-4000-8000-000000000001", "17", null)]
    [InlineData("urn:uuid:9a9b0e4c-0000-4000-8000-000000000001", "18", "outside-roster")]
    [InlineData("urn:uuid:9a9b0e4c-0000-4000-8000-000000000002", "17", "patient-undetermined")]
    public async Task Run_FileWrittenBesideItsDocument_IsWhoseTheDocumentIs(string url, string patient, string? refusal)
    {
        var (refused, _) = await AskAsync(
            "POST",
            "/fhir",
            $$"""
            {"resourceType":"Bundle","type":"transaction","entry":[
            {"fullUrl":"urn:uuid:9a9b0e4c-0000-4000-8000-000000000001","resource":{"resourceType":"Binary","contentType":"application/pdf","data":"JVBERg=="},
             "request":{"method":"POST","url":"Binary"} },
            {"fullUrl":"urn:uuid:9a9b0e4c-0000-4000-8000-00000000000a","resource":{{Document(
                null,
                patient,
                url
            )}},"request":{"method":"POST","url":"DocumentReference"} }]}
            """,
            "Settle"
        );

        Assert.Equal(refusal, refused?.Code);
    }

    // A name that stands for a record that is read must not become a name of it behind the gateway.
    [Fact]
    public async Task Run_NameOfAnotherEntryInAnAddress_IsTheAddressOfWhatThatEntryIs()
    {
        Named("18");

        var (refused, _) = await AskAsync(
            "POST",
            "/fhir",
            $$"""
            {"resourceType":"Bundle","type":"transaction","entry":[
            {"fullUrl":"urn:uuid:9a9b0e4c-0000-4000-8000-000000000001","request":{"method":"GET","url":"Binary/b1"} },
            {"resource":{{Document(
                null,
                "17",
                "urn:uuid:9a9b0e4c-0000-4000-8000-000000000001"
            )}},"request":{"method":"POST","url":"DocumentReference"} }]}
            """,
            "Settle"
        );

        Assert.Equal(DenyReason.PatientUndetermined, refused);
    }

    [Theory]
    [InlineData("application/pdf", "Patient/17", null)]
    [InlineData("text/plain; charset=iso-8859-1", "https://gw.example/fhir/Patient/17", null)]
    [InlineData("application/pdf", "Patient/18", "outside-roster")]
    [InlineData("application/pdf", null, "patient-undetermined")]
    [InlineData("application/pdf", "Muster", "malformed-header")]
    [InlineData("application/pdf", "Patient?identifier=1", "malformed-header")]
    [InlineData("multipart/form-data; boundary=x", "Patient/17", "malformed-header")]
    [InlineData("application/fhir+xml", "Patient/17", "malformed-header")]
    [InlineData("application/fhir+xml", null, "unsupported-media-type")]
    public async Task Run_ContentThatIsUploaded_IsWhoseItsContextSays(string contentType, string? context, string? refusal)
    {
        _world.Upstream.Answers("POST /Binary", Binary("1"), 201);
        (string, string)[] headers = context is null ? [] : [("X-Security-Context", context)];
        using var exchange = _world.Open("POST", "/fhir/Binary", "%PDF", headers);
        exchange.Http.Request.ContentType = contentType;

        var result = await _world.WalkAsync(exchange, "Forward");

        Assert.Equal(refusal, result.Refusal?.Code);
        if (refusal is null)
        {
            var sent = Text(_world.Upstream.Calls[^1].Body);
            Assert.Contains("\"data\":\"JVBERg==\"", sent, StringComparison.Ordinal);
            Assert.Contains($"\"contentType\":\"{contentType}\"", sent, StringComparison.Ordinal);
            Assert.Equal("application/fhir+json", _world.Upstream.Calls[^1].ContentType);
        }
    }

    [Theory]
    [InlineData("PUT", "/fhir/Binary/b7", "17", null)]
    [InlineData("PUT", "/fhir/Binary/b7", "18", "patient-not-found")]
    [InlineData("POST", "/fhir/Observation", "17", "malformed-header")]
    public async Task Run_ContentPutUnderAnId_IsDecidedOverWhatIsThere(string method, string target, string patient, string? refusal)
    {
        _world.Upstream.Answers(
            "GET /Binary/b7",
            $$"""{"resourceType":"Binary","id":"b7","meta":{"versionId":"1"},"contentType":"text/plain","securityContext":{"reference":"Patient/{{patient}}"} }"""
        );
        using var exchange = _world.Open(method, target, "%PDF", ("X-Security-Context", "Patient/17"));
        exchange.Http.Request.ContentType = "application/pdf";

        Assert.Equal(refusal, (await _world.WalkAsync(exchange, "Settle")).Refusal?.Code);
    }

    private void Named(string? patient)
    {
        Holds(ByAddress, patient is null ? [] : [Document("d1", patient)]);
        Holds(
            "GET /DocumentReference?location=Binary%2Fb1%2Chttp%3A%2F%2Ffhir.example%2Fr4%2FBinary%2Fb1%2Chttps%3A%2F%2Fgw.example%2Ffhir%2FBinary%2Fb1&_count=50",
            patient is null ? [] : [Document("d1", patient)]
        );
    }

    private void Holds(string search, params string[] resources) => _world.Upstream.Answers(search, Bundle("searchset", resources));

    private async Task<(DenyReason? Refusal, string Body)> AskAsync(
        string method,
        string target,
        string? body = null,
        string last = "Release"
    )
    {
        using var exchange = _world.Open(method, target, body);
        var result = await _world.WalkAsync(exchange, last);
        return (result.Refusal, StageWorld.Written(exchange));
    }

    private static string Text(ReadOnlyMemory<byte> body) => System.Text.Encoding.UTF8.GetString(body.Span);

    private static string Binary(string version) =>
        $$"""{"resourceType":"Binary","id":"b1","meta":{"versionId":"{{version}}"},"contentType":"application/pdf","data":"JVBERg=="}""";

    private static string Document(string? id, string patient, string url = "Binary/b1")
    {
        var name = id is null ? string.Empty : $"\"id\":\"{id}\",";
        return $$"""
            {"resourceType":"DocumentReference",{{name}}"status":"current","subject":{"reference":"Patient/{{patient}}"},
            "content":[{"attachment":{"contentType":"application/pdf","url":"{{url}}"} }]}
            """;
    }

    private static string Bundle(string type, params string[] resources) =>
        $$"""
            {"resourceType":"Bundle","type":"{{type}}","link":[{"relation":"self","url":"http://fhir.example/r4/x?_id=b1"}],
            "entry":[{{string.Join(',', resources.Select(static resource => $$"""{"resource":{{resource}} }"""))}}]}
            """;
}
