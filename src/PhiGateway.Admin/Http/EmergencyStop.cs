using Microsoft.AspNetCore.Http;

namespace PhiGateway.Admin.Http;

/// <summary>
/// Marks an endpoint that only closes, at once: its caller is let in by the admin keys that were read last where the registry does not
/// answer. Asked by the gate.
/// </summary>
internal sealed class EmergencyStop
{
    /// <summary>Whether a call is to such an endpoint.</summary>
    public static bool Is(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<EmergencyStop>() is not null;
}
