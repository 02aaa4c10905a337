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
    /// <summary>What is said where the body is none that can be judged; null: that it is none.</summary>
    private StageResult? Otherwise { get; init; }

    /// <summary>What is said in the place of the refusal of a body that was read or judged in vain.</summary>
    /// <param name="refused">Why.</param>
    public StageResult Instead(StageResult refused) =>
        Otherwise is { } otherwise && refused.Refusal == DenyReason.UnreadableAnswer ? otherwise : refused;

    /// <summary>Reads a status; anything not foreseen is a refusal.</summary>
    /// <param name="status">The upstream's.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="isTied">The gateway tied the write to the version that was judged.</param>
    public static StageResult<AnswerStatus> Read(int status, FhirRequest request, bool isTied = false) =>
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

            // Nor must that of a change that the server has taken and will make.
            StatusCodes.Status202Accepted
                when request.Interaction is Interaction.Create or Interaction.Update or Interaction.Patch or Interaction.Delete =>
                new AnswerStatus(status, false, false),
            StatusCodes.Status204NoContent when request.IsWrite => new AnswerStatus(status, false, false),

            // It stands there already as it would be written: servers that compare say so (Medplum), of what was asked for no condition.
            StatusCodes.Status304NotModified when request.Interaction is Interaction.Update or Interaction.Patch => new AnswerStatus(
                StatusCodes.Status200OK,
                false,
                false
            ),

            // 410 says that a resource once was: as telling as the resource. One answer for missing, gone and withheld.
            StatusCodes.Status404NotFound or StatusCodes.Status410Gone => Refused(status, DenyReason.NotFoundOrWithheld),

            // Somebody else was faster. Said only where a version was named, of a record that this client may change.
            StatusCodes.Status412PreconditionFailed when request.IsWrite && (isTied || request.Headers.IfMatch is not null) => Rejected(
                status,
                status
            ),

            // What is wrong with content is the answer itself. R4 has it under 200; servers give it under these as well.
            StatusCodes.Status400BadRequest
            or StatusCodes.Status412PreconditionFailed
            or StatusCodes.Status422UnprocessableEntity when request is { Interaction: Interaction.Operation, Operation: "$validate" } =>
                Invalid(status, status == StatusCodes.Status400BadRequest ? status : StatusCodes.Status422UnprocessableEntity),

            // Why a server does not take a write may hang on records that the client does not see: an identifier that is taken, a reference
            // that holds what would be deleted. All of it is one answer.
            StatusCodes.Status400BadRequest
            or StatusCodes.Status409Conflict
            or StatusCodes.Status412PreconditionFailed
            or StatusCodes.Status422UnprocessableEntity when request.IsWrite => Rejected(status, StatusCodes.Status422UnprocessableEntity),

            // What a well-meaning client must be able to react to; the upstream's text is replaced.
            StatusCodes.Status400BadRequest or StatusCodes.Status422UnprocessableEntity => Rejected(status, status),
            StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable => Refused(status, DenyReason.UpstreamBusy),
            StatusCodes.Status504GatewayTimeout => Refused(status, DenyReason.UpstreamTimeout),

            // It does not make what is not there (R4 3.1.0.4.1): told as a record is that is somebody else's, or an id would tell which it is.
            StatusCodes.Status405MethodNotAllowed when request is { Interaction: Interaction.Update } && !isTied => Refused(
                status,
                DenyReason.PatientNotFound
            ),

            // What this server does not do, or not of that size, it does no better when it is asked again.
            StatusCodes.Status405MethodNotAllowed or StatusCodes.Status501NotImplemented => Refused(status, DenyReason.UpstreamUnsupported),
            StatusCodes.Status413PayloadTooLarge when request.IsWrite => Rejected(status, status),
            StatusCodes.Status406NotAcceptable or StatusCodes.Status415UnsupportedMediaType when request.IsWrite => Rejected(
                status,
                StatusCodes.Status422UnprocessableEntity
            ),

            // 401 and 403 are about the gateway's own credential; 3xx would lead elsewhere; 304 to a read was not asked for.
            _ => Refused(status, DenyReason.UpstreamRefused),
        };

    /// <summary>The same for a request that was sent.</summary>
    public static StageResult<AnswerStatus> Read(int status, GatewayExchange exchange) => Read(status, exchange.Request, IsTied(exchange));

    /// <summary>The refusal for a status that is none of those which the caller takes, whatever it would mean elsewhere.</summary>
    public static StageResult Refuse(int status, FhirRequest request, bool isTied = false)
    {
        var meaning = Read(status, request, isTied);
        return meaning.Continues ? Refused(status, DenyReason.UpstreamRefused) : meaning.Result;
    }

    // A transaction is, when one of its entries is.
    private static bool IsTied(GatewayExchange exchange)
    {
        for (var i = 0; i < exchange.Entries.Count; i++)
        {
            if (exchange.Entries[i].Settled.Version is not null)
            {
                return true;
            }
        }

        return exchange.Settled.Version is not null;
    }

    private static AnswerStatus Answer(int status, FhirRequest request) =>
        new(status, HasBody: request.Interaction != Interaction.Delete, NeedsBody: !request.IsWrite);

    private static AnswerStatus Invalid(int status, int told) =>
        new(told, HasBody: true, NeedsBody: true) { Otherwise = Rejected(status, told) };

    private static StageResult Refused(int status, DenyReason reason) => StageResult.Refuse(reason, $"upstream-{status}");

    private static StageResult Rejected(int status, int told) =>
        StageResult.Refuse(DenyReason.UpstreamRejected, $"upstream-{status}", told);
}
