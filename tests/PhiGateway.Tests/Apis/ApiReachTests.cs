using System.Buffers;
using System.Text;
using PhiGateway.Apis;
using PhiGateway.Fhir.Answers;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Fhir.Answers;
using Xunit;
using static PhiGateway.Tests.Apis.ApiFixture;

namespace PhiGateway.Tests.Apis;

/// <summary>Elements, patients in the query, what leads on, and bounds of a declared API.</summary>
public sealed class ApiReachTests
{
    private const string Target = "/lab/v1/patients/17/results";

    private static readonly TestPolicy StatusOnly = new()
    {
        Elements = new Dictionary<string, ElementSet> { ["Observation"] = ElementSet.Of(["status", "value"]) },
    };

    [Theory]
    [InlineData("""{"id":"a","patient":"17","status":"final","name":"Canary"}""", """{"id":"a","status":"final"}""")]
    [InlineData(
        """{"id":"a","patient":"17","quantity":{"value":1.50,"note":"Canary"},"unit":"mg"}""",
        """{"id":"a","quantity":{"value":1.50},"unit":"mg"}"""
    )]
    [InlineData(
        """{"id":"a","patient":"17","parts":[{"v":1,"x":"Canary"},{"x":2},"Canary",{"v":{"a":1}}]}""",
        """{"id":"a","parts":[{"v":1},{},{"v":{"a":1}}]}"""
    )]
    [InlineData("""{"id":"a","patient":"17","quantity":"Canary","parts":{"v":"Canary"},"Status":"Canary"}""", """{"id":"a"}""")]
    [InlineData("""{"id":"a","patient":"17","level":"N","labels":["X"]}""", """{"id":"a","level":"N","labels":["X"]}""")]
    public void Filter_UnderElements_KeepsTheirPlacesOnly(string record, string kept)
    {
        var row = Search();
        row.Answer!.Elements = new Dictionary<string, string>
        {
            ["status"] = "/status",
            ["value"] = "/quantity/value /unit /parts/*/v",
            ["note"] = "/name",
        };

        Assert.Equal($$"""{"results":[{{kept}}]}""", Filter(row, Target, $$"""{"results":[{{record}}]}""", StatusOnly).Text);
    }

    [Fact]
    public void Filter_UnderMasks_WithholdsTheRecord()
    {
        var row = Search();
        row.Answer!.Elements = new Dictionary<string, string> { ["status"] = "/status" };
        var policy = new TestPolicy { Elements = new Dictionary<string, ElementSet> { ["Observation"] = ElementSet.Of([], ["status"]) } };

        Assert.Equal(
            """{"results":[]}""",
            Filter(row, Target, """{"results":[{"id":"a","patient":"17","status":"final"}]}""", policy).Text
        );
    }

    [Theory]
    [InlineData("""{"next":2}""", "sealed:2")]
    [InlineData("""{"next":"abc"}""", "sealed:abc")]
    [InlineData("""{"next":"https://ehr.internal/x?p=1"}""", "sealed:https://ehr.internal/x?p=1")]
    [InlineData("""{"next":null}""", null)]
    [InlineData("""{"next":""}""", null)]
    [InlineData("""{"next":{"href":"/x"}}""", null)]
    [InlineData("""{"next":["/x"]}""", null)]
    [InlineData("""{"next":"refuse"}""", null)]
    [InlineData("""{}""", null)]
    public void Filter_WhatLeadsOn_LeavesSealedOrNotAtAll(string page, string? expected)
    {
        var row = Search();
        row.Answer!.Next = new ApiNextOptions { Pointer = "/page/next" };
        var output = new ArrayBufferWriter<byte>();
        var request = Understood(Table(row), "GET", Target);

        ApiAnswerFilter.Filter(
            request,
            Encoding.UTF8.GetBytes($$"""{"page":{{page}},"results":[]}"""),
            TestPolicy.Everything,
            64,
            output,
            new Disclosure(),
            new Sealer()
        );

        Assert.Equal(
            $$"""{"page":{{(expected is null ? "{}" : $"{{\"next\":\"{expected}\"}}")}},"results":[]}""",
            Encoding.UTF8.GetString(output.WrittenSpan)
        );
        Assert.DoesNotContain("next", Filter(row, Target, $$"""{"page":{{page}},"results":[]}""").Text);
    }

    [Theory]
    [InlineData("\"https://ehr.internal/x\"", false)]
    [InlineData("\"/api/v1/x?cursor=1\"", false)]
    [InlineData("\"?page=2\"", false)]
    [InlineData("{\"a\":[{\"href\":\"/x\"}]}", false)]
    [InlineData("\"ward 1/2\"", true)]
    [InlineData("2", true)]
    public void Filter_Kept_HoldsNoAddress(string value, bool isKept)
    {
        var row = Search();
        row.Answer!.Keep = ["/note"];

        Assert.Equal(
            isKept ? $$"""{"note":{{value}},"results":[]}""" : """{"results":[]}""",
            Filter(row, Target, $$"""{"note":{{value}},"results":[]}""").Text
        );
    }

    [Fact]
    public void Filter_BeyondTheBound_IsTooLarge()
    {
        var row = Search();
        row.Answer!.MaxItems = 2;
        const string own = """{"patient":"17"}""";
        Assert.Equal(AnswerVerdict.Rewritten, Filter(row, Target, $$"""{"results":[{{own}},{{own}}]}""").Verdict);
        Assert.Equal(AnswerVerdict.TooLarge, Filter(row, Target, $$"""{"results":[{{own}},{{own}},{{own}}]}""").Verdict);
        Assert.Equal(AnswerVerdict.Rewritten, Filter(row, Target, $$"""{"results":[{{own}},{"patient":"99"},{},{{own}}]}""").Verdict);
        row.Answer.MaxBytes = 14;
        Assert.Equal(AnswerVerdict.Rewritten, Filter(row, Target, """{"results":[]}""").Verdict);
        Assert.Equal(AnswerVerdict.TooLarge, Filter(row, Target, """{"results": []}""").Verdict);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("?patient=M-17", "17")]
    [InlineData("?patient=M-17%7CM-18%7CM-17", "17,18")]
    public void Read_PatientsInTheQuery_AreAllNamed(string query, string patients)
    {
        var request = Understood(Table(ByQuery()), "GET", "/lab/v1/results" + query);

        Assert.Equal(patients, string.Join(',', request.Meaning.Parts[0].Patients.Select(static patient => patient.Value)));
        Assert.Equal(patients.Length == 2, request.Patient is not null);
    }

    [Theory]
    [InlineData("?patient=M-17%7C")]
    [InlineData("?patient=M-17%7C18")]
    [InlineData("?patient=M-17,M-18")]
    [InlineData("?patient=%7C")]
    public void Read_PatientsNotAsDeclared_AreRefused(string query) =>
        Assert.Equal(DenyReason.MalformedQuery, Refusal(Table(ByQuery()), "GET", "/lab/v1/results" + query));

    [Fact]
    public void Create_NamingNobody_IsNarrowedToThePermitted()
    {
        var table = Table(ByQuery());
        var narrowed = new Permit(
            "r",
            [new NarrowSearch([]) { Patients = [PatientId.Parse("17"), PatientId.Parse("18")] }],
            ReleasePolicy.Nothing
        );

        Assert.Equal(
            "/v1/results?patient=M-17%7CM-18",
            ApiCallFactory.Create(Understood(table, "GET", "/lab/v1/results"), null, narrowed).PathAndQuery
        );
        Assert.Equal(
            "/v1/results?patient=M-17",
            ApiCallFactory.Create(Understood(table, "GET", "/lab/v1/results?patient=M-17"), null, narrowed).PathAndQuery
        );
        Assert.Equal(
            "/v1/results",
            ApiCallFactory
                .Create(Understood(table, "GET", "/lab/v1/results"), null, new Permit("r", [], ReleasePolicy.Nothing))
                .PathAndQuery
        );

        var single = ByQuery();
        single.Patient!.Separator = null;
        Assert.Equal(
            "/v1/results",
            ApiCallFactory.Create(Understood(Table(single), "GET", "/lab/v1/results"), null, narrowed).PathAndQuery
        );
    }

    [Fact]
    public void Read_ACursor_IsNoPartOfTheQuestion()
    {
        var row = Search();
        row.Answer!.Next = new ApiNextOptions { Pointer = "/next", Parameter = "cursor" };
        var request = Understood(Table(row), "GET", Target + "?cursor=abc&from=1");

        Assert.Equal(("abc", Target + "?from=1"), (request.Handle, request.Meaning.Canonical.ToTarget()));
        Assert.Equal("/v1/patients/17/results?from=1", ApiCallFactory.Create(request, null).PathAndQuery);
        Assert.Equal(
            "/v1/patients/17/results?from=1&cursor=x%2Fy",
            ApiCallFactory.Create(request with { Cursor = "x/y" }, null).PathAndQuery.Replace("=x/y", "=x%2Fy", StringComparison.Ordinal)
        );
        Assert.Equal(DenyReason.MalformedQuery, Refusal(Table(row), "GET", Target + "?cursor=a&cursor=b"));
    }

    [Theory]
    [InlineData("?from=1", "?")]
    [InlineData("?kind=1", "category")]
    [InlineData("?page=1", "")]
    [InlineData("", "")]
    public void Read_AParameter_AsksForItsElement(string query, string uses)
    {
        var row = Search();
        row.Query = ["from", "kind", "page"];
        row.QueryElements = new Dictionary<string, string> { ["kind"] = "category", ["page"] = "" };

        Assert.Equal(uses, string.Join(',', Understood(Table(row), "GET", Target + query).Meaning.Parts[0].Uses));
    }

    /// <summary>A change that makes the row wrong, and the key of the problem.</summary>
    public static TheoryData<string, Action<ApiOperationOptions>> Wrong =>
        new()
        {
            { "Operations:0:Patient:Optional", static row => row.Patient!.Optional = true },
            { "Operations:0:Patient:Separator", static row => row.Patient!.Separator = "," },
            { "Operations:0:QueryElements:to", static row => row.QueryElements = new Dictionary<string, string> { ["to"] = "effective" } },
            {
                "Operations:0:QueryElements:from",
                static row => row.QueryElements = new Dictionary<string, string> { ["from"] = "Effective!" }
            },
            {
                "Operations:0:Answer:Elements:status",
                static row => row.Answer!.Elements = new Dictionary<string, string> { ["status"] = "status" }
            },
            {
                "Operations:0:Answer:Elements:Status",
                static row => row.Answer!.Elements = new Dictionary<string, string> { ["Status"] = "/status" }
            },
            {
                "Operations:0:Answer:Elements:status",
                static row => row.Answer!.Elements = new Dictionary<string, string> { ["status"] = " " }
            },
            { "Operations:0:Answer:Next:Pointer", static row => row.Answer!.Next = new ApiNextOptions { Pointer = "/results/0" } },
            {
                "Operations:0:Answer:Next:Parameter",
                static row => row.Answer!.Next = new ApiNextOptions { Pointer = "/next", Parameter = "from" }
            },
            {
                "Operations:0:Answer:Next:Parameter",
                static row => row.Answer!.Next = new ApiNextOptions { Pointer = "/next", Parameter = "_page" }
            },
            {
                "Operations:0:Answer:Next:Parameter:0",
                static row => row.Answer!.Next = new ApiNextOptions { Pointer = "/next", Parameter = "access_token" }
            },
            { "Operations:0:Answer:MaxItems", static row => row.Answer!.MaxItems = 0 },
            { "Operations:0:Answer:MaxBytes", static row => row.Answer!.MaxBytes = 0 },
        };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Compile_NotExactlyRight_IsAProblemAtItsKey(string key, Action<ApiOperationOptions> spoil)
    {
        var row = Search();
        Assert.Empty(Problems(row));
        spoil(row);
        Assert.Contains(key, Problems(row));
    }

    [Fact]
    public void Compile_Elements_MakeAGrantWithElementsCount()
    {
        Assert.False(Understood(Table(Search()), "GET", Target).Meaning.Parts[0].Judgeable!.Elements);
        var row = Search();
        row.Answer!.Elements = new Dictionary<string, string> { ["status"] = "/status" };
        Assert.True(Understood(Table(row), "GET", Target).Meaning.Parts[0].Judgeable!.Elements);
    }

    private static ApiOperationOptions ByQuery()
    {
        var row = Search();
        row.Path = "/v1/results";
        row.Patient = new ApiPatientOptions
        {
            In = "query",
            Name = "patient",
            Prefix = "M-",
            Optional = true,
            Separator = "|",
        };
        return row;
    }

    private sealed class Sealer : ILinkSealer
    {
        public string? Seal(string relation, string upstreamUrl) => upstreamUrl == "refuse" ? null : $"sealed:{upstreamUrl}";
    }
}
