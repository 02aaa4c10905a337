using Microsoft.AspNetCore.Http;

namespace PhiGateway.Admin.Http;

/// <summary>
/// Marks an endpoint that only closes: made twice it closes no less, so that it never waits to be told that a first call of it may still be
/// running. Asked by the idempotency filter.
/// </summary>
internal sealed class ClosingAct
{
    /// <summary>Whether a call is to such an endpoint.</summary>
    public static bool Is(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<ClosingAct>() is not null;
}
