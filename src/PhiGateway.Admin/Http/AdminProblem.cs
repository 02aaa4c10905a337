using Microsoft.AspNetCore.Http;

namespace PhiGateway.Admin.Http;

/// <summary>A refusal of the admin API as a value: handlers return it, one writer turns it into problem+json.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Stable kebab-case code.</param>
/// <param name="Title">Short and the same for every occurrence of the code.</param>
/// <param name="Detail">What happened here, without PHI and without the inside.</param>
/// <param name="Errors">Findings with their place.</param>
internal sealed partial record AdminProblem(
    int Status,
    string Code,
    string Title,
    string? Detail = null,
    IReadOnlyList<ProblemPointer>? Errors = null
) : IResult
{
    /// <summary>Stable prefix of <c>type</c>; the code follows.</summary>
    public const string TypePrefix = "urn:phi-gateway:problem:";

    /// <summary>Seconds for Retry-After; null: none is due.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Whether the same call may well succeed when it is sent again: then it is not remembered for its Idempotency-Key.</summary>
    public bool Transient { get; init; }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        if (RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return AdminJson.WriteAsync(httpContext, ToBody(RequestId.Of(httpContext)), "application/problem+json");
    }

    public ProblemBody ToBody(string requestId) =>
        new()
        {
            Type = TypePrefix + Code,
            Title = Title,
            Status = Status,
            Detail = Detail,
            Code = Code,
            RequestId = requestId,
            Errors = Errors,
        };
}
