using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// A file leaves with whatever record of its client attaches it or refers to it: a photo, an answer to a question, a section of a document.
/// </summary>
public sealed class AttachmentTests : IDisposable
{
    private const string Photo = """{"resourceType":"Patient","id":"17","photo":[{"contentType":"image/png","url":"Binary/b1"}]}""";
    private readonly StageWorld _world;

    public AttachmentTests() => _world = Open(_ => { });

    public static TheoryData<string, string> Attaching =>
        new()
        {
            { "Patient", Photo },
            {
                "QuestionnaireResponse",
                Of("QuestionnaireResponse", """ "item":[{"linkId":"1","item":[{"answer":[{"valueAttachment":{"url":"Binary/b1"}}]}]}] """)
            },
            { "Task", Of("Task", """ "output":[{"valueAttachment":{"url":"Binary/b1"}}] """, "for") },
            {
                "ExplanationOfBenefit",
                Of("ExplanationOfBenefit", """ "supportingInfo":[{"sequence":1,"valueAttachment":{"url":"Binary/b1"}}] """, "patient")
            },
            { "Composition", Of("Composition", """ "section":[{"entry":[{"reference":"Binary/b1"}]}] """) },
            { "BodyStructure", Of("BodyStructure", """ "image":[{"url":"Binary/b1"}] """, "patient") },
            {
                "CommunicationRequest",
                Of("CommunicationRequest", """ "payload":[{"contentAttachment":{"url":"Binary/b1/_history/1"}}] """)
            },
        };

    public void Dispose() => _world.Dispose();

    [Theory]
    [MemberData(nameof(Attaching))]
    public async Task Run_AttachedToARecordOfTheClient_LeavesAndOtherwiseNot(string type, string record)
    {
        Assert.Equal(DenyReason.NotFoundOrWithheld, await ReadAsync());
        var search = _world.Upstream.Lines.Single(line => line.StartsWith($"GET /{type}?", StringComparison.Ordinal))["GET /".Length..];

        Holds(search, record.Replace("Binary/b1", "Binary/b2", StringComparison.Ordinal));
        Assert.Equal(DenyReason.NotFoundOrWithheld, await ReadAsync());

        Holds(
            search,
            record.Replace("Patient/17", "Patient/18", StringComparison.Ordinal).Replace("\"17\"", "\"18\"", StringComparison.Ordinal)
        );
        Assert.Equal(DenyReason.NotFoundOrWithheld, await ReadAsync());

        Holds(search, record);
        Assert.Null(await ReadAsync());
    }

    // Where one type has no end of records, the others have their turn.
    [Fact]
    public async Task Run_OneTypeHasManyPages_TheOthersAreLookedThroughToo()
    {
        using var world = Open(static options => options.Limits.WalkedSearches = 8);
        var more = Searchset(Of("DiagnosticReport", """ "presentedForm":[{"url":"Binary/b2"}] """))
            .Replace(
                "\"link\":[",
                "\"link\":[{\"relation\":\"next\",\"url\":\"http://fhir.example/r4?next=1\"},",
                StringComparison.Ordinal
            );
        world
            .Upstream.Answers("GET /Binary/b1", Binary)
            .Answers("GET /DiagnosticReport?_count=50&patient=Patient/17", more)
            .Answers("GET ?next=1", more)
            .Answers("GET /Patient?_count=50&_id=17", Searchset(Photo));
        using var exchange = world.Open("GET", "/fhir/Binary/b1");

        Assert.True((await world.WalkAsync(exchange, "Release")).Continues, string.Join('\n', world.Upstream.Lines));
    }

    // What the client is not shown of a record names nothing for it, in what is contained too.
    [Theory]
    [InlineData("photo", true)]
    [InlineData("name", false)]
    public async Task Run_ElementThatIsNotShown_OpensNoFile(string element, bool leaves)
    {
        using var world = new StageWorld(null, null, Grant("Binary"), Grant("Patient") with { Elements = [element] });
        world.Upstream.Answers("GET /Binary/b1", Binary).Answers("GET /Patient?_count=50&_id=17", Searchset(Photo));
        using var exchange = world.Open("GET", "/fhir/Binary/b1");

        Assert.Equal(leaves, (await world.WalkAsync(exchange, "Release")).Continues);
    }

    [Theory]
    [InlineData("content", true)]
    [InlineData("status", false)]
    public async Task Run_NamedInAContainedRecord_LeavesWhereThatIsShown(string element, bool leaves)
    {
        using var world = new StageWorld(
            null,
            null,
            Grant("Binary", "DiagnosticReport"),
            Grant("DocumentReference") with
            {
                Elements = element == "content" ? [] : [element],
            }
        );
        var report = Of(
            "DiagnosticReport",
            """ "contained":[{"resourceType":"DocumentReference","id":"d","status":"current","content":[{"attachment":{"url":"Binary/b1"}}]}] """
        );
        world.Upstream.Answers("GET /Binary/b1", Binary).Answers("GET /DiagnosticReport?_count=50&patient=Patient/17", Searchset(report));
        using var exchange = world.Open("GET", "/fhir/Binary/b1");

        Assert.Equal(leaves, (await world.WalkAsync(exchange, "Release")).Continues);
    }

    [Theory]
    [InlineData("application/pdf", "17", null)]
    [InlineData("image/png", "17", "not-acceptable")]
    [InlineData("application/pdf", "18", "not-found-or-withheld")]
    public async Task Run_ContentOfAVersion_LeavesByTheSameRule(string accept, string patient, string? refusal)
    {
        Holds("Patient?_count=50&_id=17", Photo.Replace("17", patient, StringComparison.Ordinal));
        _world.Upstream.Answers("GET /Binary/b1/_history/1", Binary);
        using var exchange = _world.Open("GET", "/fhir/Binary/b1/_history/1", null, ("Accept", accept));

        var result = await _world.WalkAsync(exchange, "Release");

        Assert.Equal(refusal, result.Refusal?.Code);
        Assert.Equal(refusal is null ? "%PDF" : string.Empty, StageWorld.Written(exchange));
    }

    // Whoever may change the record's patient's files may change this one, and nobody who may not know of all that name it.
    [Theory]
    [InlineData("PUT", "17", false, null)]
    [InlineData("DELETE", "17", false, null)]
    [InlineData("PATCH", "17", false, null)]
    [InlineData("PUT", "18", false, "patient-undetermined")]
    [InlineData("DELETE", "18", false, "patient-not-found")]
    [InlineData("PUT", "17", true, "outside-roster")]
    [InlineData("DELETE", "17", true, "patient-not-found")]
    [InlineData("PUT", null, false, "patient-undetermined")]
    public async Task Run_ChangeOfAFileThatDoesNotSayWhoseItIs_IsDecidedByWhatNamesIt(
        string method,
        string? patient,
        bool isOthersToo,
        string? refusal
    )
    {
        if (patient is not null)
        {
            Holds("Patient?_count=50&_id=17", Photo.Replace("17", patient, StringComparison.Ordinal));
        }

        if (isOthersToo)
        {
            var addresses = string.Join(
                "%2C",
                ((string[])["", "http://fhir.example/r4/", "https://gw.example/fhir/"])
                    .SelectMany(static root => (string[])[$"{root}Binary/b1"])
                    .Select(Uri.EscapeDataString)
            );
            var versions = addresses.Replace("b1", "b1%2F_history%2F1", StringComparison.Ordinal);
            Holds(
                $"DocumentReference?location={addresses}%2C{versions}&_count=50",
                Of("DocumentReference", """ "content":[{"attachment":{"url":"Binary/b1"}}] """)
                    .Replace("17", "18", StringComparison.Ordinal)
            );
        }

        var body = method switch
        {
            "PUT" => Binary.Replace("JVBERg", "JVBERh", StringComparison.Ordinal),
            "PATCH" => """[{"op":"replace","path":"/data","value":"JVBERh=="}]""",
            _ => null,
        };
        using var exchange = _world.Open(method, "/fhir/Binary/b1", body);
        if (method == "PATCH")
        {
            exchange.Http.Request.ContentType = "application/json-patch+json";
        }

        var result = await _world.WalkAsync(exchange, "Settle");

        Assert.True(refusal == result.Refusal?.Code, $"{result.Refusal} {string.Join('\n', _world.Upstream.Lines)}");
    }

    [Fact]
    public async Task Run_FileThatComesAlongWithASearch_IsAskedAboutToo()
    {
        var list = Of("List", """ "entry":[{"item":{"reference":"Binary/b1"}}] """);
        using var world = new StageWorld(null, null, Grant("List", "Binary") with { Includes = ["List:item"] });
        var found = Searchset(list)
            .Replace("}]", $$"""},{"resource":{{Binary}},"search":{"mode":"include"} }]""", StringComparison.Ordinal);
        world
            .Upstream.Answers("GET /List?patient=17&_include=List:item:Binary", found)
            .Answers("GET /List?_count=50&patient=Patient/17", Searchset(list));
        using var exchange = world.Open("GET", "/fhir/List?patient=17&_include=List:item:Binary");

        Assert.True((await world.WalkAsync(exchange, "Release")).Continues);
        Assert.Contains("JVBERg", StageWorld.Written(exchange), StringComparison.Ordinal);
    }

    private const string Binary = """
        {"resourceType":"Binary","id":"b1","meta":{"versionId":"1"},"contentType":"application/pdf","data":"JVBERg=="}
        """;

    private static StageWorld Open(Action<PhiGateway.Gateway.Configuration.GatewayOptions> change)
    {
        var world = new StageWorld(
            null,
            change,
            Grant(
                "Binary",
                "Patient",
                "DiagnosticReport",
                "QuestionnaireResponse",
                "Task",
                "ExplanationOfBenefit",
                "Composition",
                "BodyStructure",
                "CommunicationRequest"
            )
        );
        world.Upstream.Answers("GET /Binary/b1", Binary);
        return world;
    }

    private static Grant Grant(params string[] types) =>
        TestRegistry.Grant() with
        {
            Types = types,
            Interactions = ["read", "vread", "search", "update", "patch", "delete"],
        };

    private static string Of(string type, string rest, string owner = "subject") =>
        $$"""
            {"resourceType":"{{type}}","id":"r1","status":"final","{{owner}}":{"reference":"Patient/17"},{{rest}} }
            """;

    private static string Searchset(string record) =>
        $$"""
            {"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"http://fhir.example/r4/x?patient=17"}],
            "entry":[{"resource":{{record}} }]}
            """;

    private void Holds(string search, string record) => _world.Upstream.Answers("GET /" + search, Searchset(record));

    private async Task<DenyReason?> ReadAsync()
    {
        using var exchange = _world.Open("GET", "/fhir/Binary/b1");
        return (await _world.WalkAsync(exchange, "Release")).Refusal;
    }
}
