using PhiGateway.Apis;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using Xunit;
using static PhiGateway.Tests.Apis.ApiFixture;

namespace PhiGateway.Tests.Apis;

/// <summary>A request has the meaning that the table gives it, or none.</summary>
public sealed class ApiRequestReaderTests
{
    private static readonly FhirHeaders Json = new() { ContentType = "application/json" };

    [Fact]
    public void Read_KnownPath_IsOnePartInTheWordsOfFhir()
    {
        var request = Understood(Table(Search(), Read()), "GET", "/lab/v1/patients/17/results?from=2026");
        var part = Assert.Single(request.Meaning.Parts);

        Assert.Equal(
            (Interaction.SearchType, "Observation", true, "17"),
            (part.Interaction, part.Type.Name, part.PatientInPath, Assert.Single(part.Patients).Value)
        );
        Assert.Equal("GET /v1/patients/{patient}/results", request.Meaning.Template);
        Assert.Equal(["category"], part.Judgeable!.Parameters);
        var call = ApiCallFactory.Create(request, null);
        Assert.Equal(("GET", "/v1/patients/17/results?from=2026"), (call.Method, call.PathAndQuery));
        Assert.Equal("r1", Understood(Table(Search(), Read()), "HEAD", "/lab/v1/results/r1").Id);
    }

    [Theory]
    [InlineData("/lab/v1/patients/MRN-17/results", "17")]
    [InlineData("/lab/v1/patients/17/results", null)]
    [InlineData("/lab/v1/patients/mrn-17/results", null)]
    [InlineData("/lab/v1/patients/MRN-/results", null)]
    [InlineData("/lab/v1/patients/MRN-1_7/results", null)]
    [InlineData("/lab/v1/patients/MRN-MRN-17/results", "MRN-17")]
    public void Read_PrefixedPatient_IsTheRegistrysIdOrNobody(string target, string? patient)
    {
        var row = Search();
        row.Patient!.Prefix = "MRN-";

        Assert.Equal(patient is null ? DenyReason.PatientNotFound : null, Refusal(Table(row), "GET", target));
        Assert.Equal(patient, Read(Table(row), "GET", target).TryGet(out var request, out _) ? request.Patient!.Value.Value : null);
    }

    [Theory]
    [InlineData("{\"patient\":\"17\"}", null)]
    [InlineData("{\"patient\":\"18\"}", "malformed-body")]
    [InlineData("{}", "malformed-body")]
    [InlineData("{\"patient\":\"17\",\"id\":\"r1\"}", null)]
    [InlineData("{\"patient\":\"17\",\"id\":\"r2\"}", "malformed-body")]
    [InlineData("[{\"patient\":\"17\"}]", "malformed-body")]
    [InlineData("\"17\"", "malformed-body")]
    [InlineData("", "malformed-body")]
    public void Read_LineAndBody_MustMeanTheSame(string body, string? code)
    {
        var row = new ApiOperationOptions
        {
            Method = "PUT",
            Path = "/v1/patients/{patient}/results/{id}",
            ResourceType = "Observation",
            Interaction = "update",
            Id = "id",
            Patient = new ApiPatientOptions { In = "path", Name = "patient" },
            Body = new ApiBodyOptions
            {
                Patient = new ApiPointerOptions { Pointer = "/patient" },
                Id = "/id",
            },
        };

        Assert.Equal(code, Refusal(Table(row), "PUT", "/lab/v1/patients/17/results/r1", body, Json)?.Code);
    }

    [Fact]
    public void Read_BodyWhereNoneIsDeclared_IsRefused()
    {
        var row = new ApiOperationOptions
        {
            Method = "POST",
            Path = "/v1/results/{id}/cancel",
            ResourceType = "Observation",
            Interaction = "patch",
            Id = "id",
        };

        Assert.Equal(DenyReason.MalformedBody, Refusal(Table(row), "POST", "/lab/v1/results/r1/cancel", "{}", Json));
        Assert.Null(ApiCallFactory.Create(Understood(Table(row), "POST", "/lab/v1/results/r1/cancel"), "\"v1\"").ContentType);
    }

    [Theory]
    [InlineData("\"v1\"", true)]
    [InlineData("W/\"v1\"", true)]
    [InlineData("*", false)]
    [InlineData("\"a\", \"b\"", false)]
    [InlineData("\"a\"b\"", false)]
    [InlineData("v1", false)]
    [InlineData("w/\"v1\"", false)]
    public void Read_IfMatch_IsOneTagOrRefused(string tag, bool isGood)
    {
        var row = new ApiOperationOptions
        {
            Method = "DELETE",
            Path = "/v1/results/{id}",
            ResourceType = "Observation",
            Interaction = "delete",
            Id = "id",
        };

        Assert.Equal(
            isGood ? null : DenyReason.MalformedHeader,
            Refusal(Table(row), "DELETE", "/lab/v1/results/r1", headers: new FhirHeaders { IfMatch = tag })
        );
        if (isGood)
        {
            var request = Understood(Table(row), "DELETE", "/lab/v1/results/r1", headers: new FhirHeaders { IfMatch = tag });
            Assert.Contains(KeyValuePair.Create("If-Match", tag), ApiCallFactory.Create(request, null).Headers);
        }
    }

    [Fact]
    public void Read_Anything_NeverThrowsAndCallsReadBackTheSame()
    {
        var table = Table(Search(), Read());
        var random = new Random(4711);
        string[] pieces =
        [
            "/v1/patients/17/results",
            "/v1/results/r1",
            "/lab",
            "/v1",
            "/patients",
            "/results",
            "/17",
            "/%31",
            "//",
            "/..",
            "?from=",
            "&from=1",
            "a",
            "%",
            "%2f",
            ";",
            "/*",
            "/r:1",
            "é",
            "\0",
            "{id}",
            "?",
            "=",
            "patient",
        ];
        var understood = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var target = "/lab" + string.Concat(Enumerable.Range(0, random.Next(1, 7)).Select(_ => pieces[random.Next(pieces.Length)]));
            if (Read(table, "GET", target).TryGet(out var request, out _))
            {
                understood++;
                var again = Understood(table, "GET", "/lab" + ApiCallFactory.Create(request, null).PathAndQuery);
                Assert.Equal((request.Patient, request.Id, request.Operation), (again.Patient, again.Id, again.Operation));
            }
        }

        Assert.True(understood > 10, $"Only {understood} were understood.");
    }
}
