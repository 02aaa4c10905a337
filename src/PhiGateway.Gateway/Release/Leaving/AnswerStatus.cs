using Microsoft.AspNetCore.Http;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Leaving;

/// <summary>
/// What an upstream's status means for the client, where its answer is judged; any other is a refusal in the gateway's own words. Read
/// wherever an upstream answer is released.
/// </summary>
/// <param name="Status">Status for the client.</param>
/// <param name="HasBody">The body is judged and may leave.</param>
/// <param name="NeedsBody">Without a body there is nothing to judge, which is a fault.</param>
internal readonly record struct AnswerStatus(int Status, bool HasBody, bool NeedsBody)
{
    /// <summary>Reads a status; anything not foreseen is a refusal.</summary>
    public static StageResult<AnswerStatus> Read(int status, FhirRequest request) =>
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
            StatusCodes.Status202Accepted or StatusCodes.Status204NoContent when request.Interaction is Interaction.Delete =>
                new AnswerStatus(status, false, false),
            StatusCodes.Status204NoContent when request.IsWrite => new AnswerStatus(status, false, false),

            // 410 says that a resource once was: as telling as the resource. One answer for missing, gone and withheld.
            StatusCodes.Status404NotFound or StatusCodes.Status410Gone => Refused(status, DenyReason.NotFoundOrWithheld),

            // What a well-meaning client must be able to react to; the upstream's text is replaced.
            StatusCodes.Status400BadRequest or StatusCodes.Status422UnprocessableEntity => Rejected(status),
            StatusCodes.Status409Conflict or StatusCodes.Status412PreconditionFailed when request.IsWrite => Rejected(status),
            StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable => Refused(status, DenyReason.UpstreamBusy),
            StatusCodes.Status504GatewayTimeout => Refused(status, DenyReason.UpstreamTimeout),

            // 401 and 403 are about the gateway's own credential; 3xx would lead elsewhere; 304 was not asked for.
            _ => Refused(status, DenyReason.UpstreamRefused),
        };

    /// <summary>The refusal for a status that is none of those which the caller takes, whatever it would mean elsewhere.</summary>
    public static StageResult Refuse(int status, FhirRequest request)
    {
        var meaning = Read(status, request);
        return meaning.Continues ? Refused(status, DenyReason.UpstreamRefused) : meaning.Result;
    }

    private static AnswerStatus Answer(int status, FhirRequest request) =>
        new(status, HasBody: request.Interaction != Interaction.Delete, NeedsBody: !request.IsWrite);

    private static StageResult Refused(int status, DenyReason reason) => StageResult.Refuse(reason, $"upstream-{status}");

    private static StageResult Rejected(int status) => StageResult.Refuse(DenyReason.UpstreamRejected, $"upstream-{status}", status);
}
