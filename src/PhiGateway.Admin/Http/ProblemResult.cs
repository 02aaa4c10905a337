using System.Text;
using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Calls;

namespace PhiGateway.Admin.Http;

/// <summary>Writes a refusal as problem+json (RFC 9457), or as a message where the endpoint's protocol wants one.</summary>
/// <param name="Problem">The refusal.</param>
internal sealed record ProblemResult(AdminProblem Problem) : IResult
{
    /// <summary>Stable prefix of <c>type</c>; the code follows.</summary>
    public const string TypePrefix = "urn:phi-gateway:problem:";

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Problem.Status;
        if (Problem.RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        if (httpContext.GetEndpoint()?.Metadata.GetMetadata<SaysProblemsPlainly>() is not null)
        {
            RequestId.Echo(httpContext);
            var words = Problem.Detail is null ? Problem.Title : $"{Problem.Title}. {Problem.Detail}";
            return AdminJson.WriteBytesAsync(httpContext, Encoding.UTF8.GetBytes(words), "text/plain; charset=utf-8");
        }

        return AdminJson.WriteAsync(httpContext, ToBody(RequestId.Of(httpContext)), "application/problem+json");
    }

    public ProblemBody ToBody(string requestId) =>
        new()
        {
            Type = TypePrefix + Problem.Code,
            Title = Problem.Title,
            Status = Problem.Status,
            Detail = Problem.Detail,
            Code = Problem.Code,
            RequestId = requestId,
            Errors = Problem.Errors,
        };
}
