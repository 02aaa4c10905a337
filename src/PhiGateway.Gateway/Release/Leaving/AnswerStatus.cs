using Microsoft.AspNetCore.Http;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Leaving;

/// <summary>
/// Maps an upstream's status code to what the client gets: an answer that is judged, or a refusal in the gateway's own words. Read wherever
/// an upstream answer is released.
/// </summary>
/// <param name="Status">Status for the client.</param>
/// <param name="Refusal">Set when nothing of the answer may be used.</param>
/// <param name="HasBody">The body is judged and may leave.</param>
/// <param name="NeedsBody">Without a body there is nothing to judge, which is a fault.</param>
internal readonly record struct AnswerStatus(int Status, DenyReason? Refusal, bool HasBody, bool NeedsBody)
{
    /// <summary>Reads a status; anything not foreseen is a refusal.</summary>
    public static AnswerStatus Read(int status, FhirRequest request) =>
        status switch
        {
            StatusCodes.Status200OK => Answer(status, request),
            StatusCodes.Status201Created when request.Interaction is Interaction.Create or Interaction.Update or Interaction.Patch =>
                Answer(status, request),

            // What an operation writes is there, or will be: its client must not be told otherwise, and send it again.
            StatusCodes.Status201Created
            or StatusCodes.Status202Accepted when request is { IsWrite: true, Interaction: Interaction.Operation } => Answer(
                status,
                request
            ),
            StatusCodes.Status202Accepted or StatusCodes.Status204NoContent when request.Interaction is Interaction.Delete => new(
                status,
                null,
                false,
                false
            ),
            StatusCodes.Status204NoContent when request.IsWrite => new(status, null, false, false),

            // 410 says that a resource once was: as telling as the resource. One answer for missing, gone and withheld.
            StatusCodes.Status404NotFound or StatusCodes.Status410Gone => Refused(DenyReason.NotFoundOrWithheld),

            // What a well-meaning client must be able to react to; the upstream's text is replaced.
            StatusCodes.Status400BadRequest or StatusCodes.Status422UnprocessableEntity => new(
                status,
                DenyReason.UpstreamRejected,
                false,
                false
            ),
            StatusCodes.Status409Conflict or StatusCodes.Status412PreconditionFailed when request.IsWrite => new(
                status,
                DenyReason.UpstreamRejected,
                false,
                false
            ),
            StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable => Refused(DenyReason.UpstreamBusy),
            StatusCodes.Status504GatewayTimeout => Refused(DenyReason.UpstreamTimeout),

            // 401 and 403 are about the gateway's own credential; 3xx would lead elsewhere; 304 was not asked for.
            _ => Refused(DenyReason.UpstreamRefused),
        };

    private static AnswerStatus Answer(int status, FhirRequest request) =>
        new(status, null, HasBody: request.Interaction != Interaction.Delete, NeedsBody: !request.IsWrite);

    private static AnswerStatus Refused(DenyReason reason) => new(reason.Status, reason, false, false);
}
