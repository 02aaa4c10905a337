using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Calls;

namespace PhiGateway.Admin.Http;

/// <summary>Writes a refusal as problem+json (RFC 9457).</summary>
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
