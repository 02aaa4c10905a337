using System.Buffers;
using System.Text;
using PhiGateway.Apis;
using PhiGateway.Fhir;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Fhir.Answers;
using Xunit;

namespace PhiGateway.Tests.Apis;

/// <summary>A small table that is right, to be spoiled one member at a time, and its use as the host makes it.</summary>
internal static class ApiFixture
{
    /// <summary>One search of a patient's results, the patient in the path.</summary>
    public static ApiOperationOptions Search() =>
        new()
        {
            Method = "GET",
            Path = "/v1/patients/{patient}/results",
            ResourceType = "Observation",
            Interaction = "search",
            Patient = new ApiPatientOptions { In = "path", Name = "patient" },
            Query = ["from"],
            Answer = new ApiAnswerOptions
            {
                Items = "/results/*",
                Patient = new ApiPointerOptions { Pointer = "/patient" },
                Id = "/id",
                Confidentiality = "/level",
                Labels = "/labels/*",
                Tokens = new Dictionary<string, string> { ["category"] = "/category" },
            },
        };

    /// <summary>One record by its id.</summary>
    public static ApiOperationOptions Read() =>
        new()
        {
            Method = "GET",
            Path = "/v1/results/{id}",
            ResourceType = "Observation",
            Interaction = "read",
            Id = "id",
            Answer = new ApiAnswerOptions
            {
                Patient = new ApiPointerOptions { Pointer = "/patient" },
                Id = "/id",
            },
        };

    public static ApiOptions Options(params ApiOperationOptions[] operations) => new() { Confidentiality = "N", Operations = operations };

    public static IReadOnlyList<string> Problems(params ApiOperationOptions[] operations)
    {
        var problems = new List<ApiProblem>();
        Assert.Equal(ApiTable.Compile(Options(operations), problems) is null, problems.Count > 0);
        return [.. problems.Select(static problem => problem.Path)];
    }

    public static ApiTable Table(params ApiOperationOptions[] operations)
    {
        var problems = new List<ApiProblem>();
        var table = ApiTable.Compile(Options(operations), problems);
        Assert.Empty(problems);
        return table!;
    }

    public static Reading<ApiRequest> Read(ApiTable table, string method, string target, string body = "", FhirHeaders headers = default)
    {
        var line = CanonicalReader.Read(method, target, "/lab", ApiTable.MostSegments);
        return line.TryGet(out var canonical, out var refusal)
            ? ApiRequestReader.Read(canonical, headers, Encoding.UTF8.GetBytes(body), table, 64, out _)
            : Reading<ApiRequest>.Refused(refusal, line.Detail);
    }

    public static ApiRequest Understood(ApiTable table, string method, string target, string body = "", FhirHeaders headers = default)
    {
        var reading = Read(table, method, target, body, headers);
        Assert.True(reading.TryGet(out var request, out var refusal), $"{refusal} ({reading.Detail})");
        return request;
    }

    public static DenyReason? Refusal(ApiTable table, string method, string target, string body = "", FhirHeaders headers = default) =>
        Read(table, method, target, body, headers).TryGet(out _, out var refusal) ? null : refusal;

    /// <summary>Filters an answer to a GET; text is null unless it may leave.</summary>
    public static (AnswerVerdict Verdict, string? Text, Disclosure Disclosure) Filter(
        ApiOperationOptions operation,
        string target,
        string answer,
        TestPolicy? policy = null
    )
    {
        var output = new ArrayBufferWriter<byte>();
        var disclosure = new Disclosure();
        var verdict = ApiAnswerFilter.Filter(
            Understood(Table(operation), "GET", target),
            Encoding.UTF8.GetBytes(answer),
            policy ?? TestPolicy.For("17", "18"),
            64,
            output,
            disclosure
        );
        return (
            verdict,
            verdict switch
            {
                AnswerVerdict.Unchanged => answer,
                AnswerVerdict.Rewritten => Encoding.UTF8.GetString(output.WrittenSpan),
                _ => null,
            },
            disclosure
        );
    }
}
