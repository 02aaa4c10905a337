using PhiGateway.Apis;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using Xunit;
using static PhiGateway.Tests.Apis.ApiFixture;

namespace PhiGateway.Tests.Apis;

/// <summary>What an operator can write wrongly, and that all of it is found at once.</summary>
public sealed class ApiTableTests
{
    /// <summary>One change to a good row, and the key that is named.</summary>
    public static TheoryData<string, Action<ApiOperationOptions>> Wrong =>
        new()
        {
            { "Method", static row => row.Method = "get" },
            { "Method", static row => row.Method = "TRACE" },
            { "Path", static row => row.Path = "v1/results" },
            { "Path", static row => row.Path = "/v1/patients/{patient}/" },
            { "Path", static row => row.Path = "/v1/patients/{patient}/../results" },
            { "Path", static row => row.Path = "/v1/patients/{patient}.json" },
            { "Path", static row => row.Path = "/v1/{patient}/{patient}" },
            { "Path", static row => row.Path = "/{patient}/b/c/d/e/f/g/h/i/j/k/l/m" },
            { "Path", static row => row.Path = "/v1/patients/%7Bpatient%7D" },
            { "ResourceType", static row => row.ResourceType = "observation" },
            { "ResourceType", static row => row.ResourceType = "Bundle" },
            { "Interaction", static row => row.Interaction = "export" },
            { "Interaction", static row => row.Interaction = "create" },
            { "Id", static row => row.Id = "id" },
            { "Patient:In", static row => row.Patient!.In = "header" },
            { "Patient:Name", static row => row.Patient!.Name = "subject" },
            { "Query:1", static row => row.Query = ["from", "from"] },
            { "Query:0", static row => row.Query = ["access_token"] },
            { "Confidentiality", static row => row.Confidentiality = "n" },
            { "Body", static row => row.Body = new ApiBodyOptions() },
            { "Answer", static row => row.Answer = null },
            { "Answer:Items", static row => row.Answer!.Items = "/results" },
            { "Answer:Items", static row => row.Answer!.Items = "results/*" },
            {
                "Answer:Items",
                static row =>
                {
                    row.Answer!.Items = null;
                    row.Answer.Keep = ["/page"];
                }
            },
            { "Answer:Keep:0", static row => row.Answer!.Keep = ["/results"] },
            { "Answer:Keep:0", static row => row.Answer!.Keep = ["/results/*/name"] },
            { "Answer:Keep:1", static row => row.Answer!.Keep = ["/page", "/page/next"] },
            { "Answer:Count", static row => row.Answer!.Count = "/results/*" },
            { "Answer:OnWithheld", static row => row.Answer!.OnWithheld = "drop" },
            { "Answer:Patient", static row => row.Answer!.Patient = null },
            { "Answer:Patient:Pointer", static row => row.Answer!.Patient!.Pointer = "patient" },
            { "Answer:Patient:Pointer", static row => row.Answer!.Patient!.Pointer = "/a~2b" },
            { "Answer:Patient:Pointer", static row => row.Answer!.Patient!.Pointer = "/" },
            {
                "Answer:Patient:Prefix",
                static row =>
                    row.Answer!.Patient = new ApiPointerOptions
                    {
                        Pointer = "/patient",
                        Prefix = "MRN-",
                        Number = true,
                    }
            },
            { "Answer:AssumeRequestPatient", static row => row.Answer!.AssumeRequestPatient = true },
            { "Answer:Id", static row => row.Answer!.Id = "/ids/*" },
            { "Answer:Tokens:_tag", static row => row.Answer!.Tokens = new Dictionary<string, string> { ["_tag"] = "/tag" } },
            { "Answer:Tokens:category", static row => row.Answer!.Tokens = new Dictionary<string, string> { ["category"] = "category" } },
            { "Answer:Labels", static row => row.Answer!.Labels = "labels" },
        };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Compile_OneMistake_IsNamed(string key, Action<ApiOperationOptions> spoil)
    {
        var row = Search();
        spoil(row);

        Assert.Contains($"Operations:0:{key}", Problems(row));
        Assert.Empty(Problems(Search()));
    }

    [Fact]
    public void Compile_ManyMistakes_AreAllListed()
    {
        var (one, two) = (Search(), Read());
        (one.Method, one.ResourceType, one.Answer!.OnWithheld) = ("FETCH", "Result", "never");
        (two.Id, two.Answer!.Patient) = ("other", null);

        Assert.Equal(
            [
                "Operations:0:Method",
                "Operations:0:ResourceType",
                "Operations:0:Answer:OnWithheld",
                "Operations:1:Id",
                "Operations:1:Answer:Patient",
            ],
            Problems(one, two)
        );
    }

    [Fact]
    public void Compile_WithoutRowsOrLevel_IsRefused()
    {
        var problems = new List<ApiProblem>();
        Assert.Null(ApiTable.Compile(new ApiOptions(), problems));
        Assert.Equal(["Confidentiality", "Operations"], problems.Select(static problem => problem.Path));
    }

    [Theory]
    [InlineData("/v1/results/{id}", "/v1/results/{other}", true)]
    [InlineData("/v1/results/{id}", "/v1/results/latest", true)]
    [InlineData("/v1/{kind}/1", "/v1/results/{id}", true)]
    [InlineData("/v1/results/{id}", "/v1/results", false)]
    [InlineData("/v1/results/{id}", "/v1/Results/{id}", false)]
    [InlineData("/v1/results/{id}", "/v2/results/{id}", false)]
    public void Compile_TwoRowsOfOneMethod_MustNotOverlap(string first, string second, bool overlap)
    {
        var (one, two) = (Read(), Read());
        (one.Path, two.Path, one.Id, two.Id) = (first, second, null, null);
        Assert.Equal(overlap ? ["Operations:1:Path"] : [], Problems(one, two));

        (two.Method, two.Interaction, two.Answer) = ("DELETE", "delete", null);
        Assert.Empty(Problems(one, two));
    }

    [Fact]
    public void Compile_TypeThatIsNobodysRecord_NeedsNoPatient()
    {
        var row = Search();
        (row.ResourceType, row.Patient, row.Answer!.Patient) = ("Location", null, null);
        Assert.Empty(Problems(row));
    }

    [Fact]
    public void Compile_SearchByPost_NeedsTheMembersOfItsQuestion()
    {
        var row = Search();
        (row.Method, row.Body) = ("POST", new ApiBodyOptions());
        Assert.Equal(["Operations:0:Body:Members"], Problems(row));
        row.Body.Members = ["from"];
        Assert.Empty(Problems(row));
        row.Body.MediaType = "application/json-patch+json";
        Assert.Equal(["Operations:0:Body:MediaType"], Problems(row));
    }

    [Fact]
    public void Compile_StoredRead_IsTheRowForTheSameRecord()
    {
        var (read, delete) = (Read(), Read());
        (delete.Method, delete.Interaction, delete.Answer) = ("DELETE", "delete", null);
        Assert.NotNull(Table(read, delete).Operations[1].StoredRead);

        read.Id = null;
        Assert.Null(Table(read, delete).Operations[1].StoredRead);
        Assert.Null(Table(delete).Operations[0].StoredRead);
    }

    [Fact]
    public void Compile_Judgeable_IsWhatEveryShapeTells()
    {
        var (read, update) = (Read(), Read());
        (update.Method, update.Interaction, update.Answer) = ("PUT", "update", null);
        update.Body = new ApiBodyOptions
        {
            Patient = new ApiPointerOptions { Pointer = "/patient" },
            Labels = "/labels/*",
            Tokens = new Dictionary<string, string> { ["category"] = "/category", ["status"] = "/status" },
        };
        Assert.Empty(Table(read, update).Operations[1].Judgeable.Parameters);

        read.Answer!.Tokens = new Dictionary<string, string> { ["category"] = "/category", ["code"] = "/code" };
        read.Answer.Labels = "/labels/*";
        var judgeable = Table(read, update).Operations[1].Judgeable;
        Assert.Equal(["category"], judgeable.Parameters);
        Assert.True(judgeable.Labels);
        Assert.Equal(Confidentiality.Normal, judgeable.Floor);
    }
}
