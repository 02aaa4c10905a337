using Microsoft.AspNetCore.Http;

namespace PhiGateway.Admin.Http;

/// <summary>An answer that has been written already, line by line; its last line is what a repeated call gets.</summary>
/// <param name="Status">Status that says whether the call is worth repeating: 200, or 503 when it broke off.</param>
/// <param name="Last">The last line.</param>
internal sealed record StreamedResult(int Status, ReadOnlyMemory<byte> Last) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext) => Task.CompletedTask;
}
